"""What every ERC-165 does. A test class inherits it and gives the fixture ``told``: a contract and

the interfaces that it says it has.
"""

from __future__ import annotations

from typing import Any

ERC165 = "01ffc9a7"
ERC721 = "80ac58cd"
ERC721_METADATA = "5b5e139f"
ERC1155 = "d9b67a26"
ERC1155_METADATA = "0e89341c"
ERC2981 = "2a55205a"
ERC4907 = "ad092b5c"


class Erc165Behaviour:
    def test_tells_its_interfaces(self, told: tuple[Any, list[str]]) -> None:
        contract, interfaces = told
        for interface in [ERC165, *interfaces]:
            assert contract.supportsInterface(bytes.fromhex(interface)), interface

    def test_tells_no_other_interface(self, told: tuple[Any, list[str]]) -> None:
        contract, interfaces = told
        known = {ERC721, ERC721_METADATA, ERC1155, ERC1155_METADATA, ERC2981, ERC4907}
        for interface in [*(known - set(interfaces)), "ffffffff", "00000000"]:
            assert not contract.supportsInterface(bytes.fromhex(interface)), interface
