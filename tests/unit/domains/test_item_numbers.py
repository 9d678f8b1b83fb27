import pytest

from pocplatform.domains.assets import numbers

# The number's first 20 bytes are its creator's address, which may begin with noughts.
NUMBER = 0x096EAC7D5088C83C7A82C764B8C62955EA993FFE00000000DD7A1DB851E330D2


@pytest.mark.parametrize(
    "text", [str(NUMBER), f"{NUMBER:064x}", f"{NUMBER:064X}", f"0x{NUMBER:x}", f"0x{NUMBER:064x}"]
)
def test_number_is_read_in_every_documented_form(text):
    assert numbers.parse(text) == str(NUMBER)


@pytest.mark.parametrize(
    "text", ["", "0x", "-1", "1e3", f"{NUMBER:x}", str(2**256), "0x" + "f" * 65, "٣", "itm_1"]
)
def test_what_is_no_number_is_none(text):
    assert numbers.parse(text) is None
