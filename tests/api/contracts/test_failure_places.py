"""Where a failure happened, as a line of the developer's source."""

from __future__ import annotations

import pytest

from tests.api.contracts.steps import compiled, deployed, source

LINES = source("Places").splitlines()


@pytest.fixture(scope="module")
def places(developer):
    return deployed(developer.api, compiled(developer.api, "Places"), "Places")


@pytest.fixture(scope="module")
def failed(developer, places):
    """A simulation that fails."""

    def simulate(function, *arguments):
        path = f"/v1/contracts/{places['id']}/simulate/{function}"
        answer = developer.api.post(path, json={"arguments": list(arguments)})
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "failed"
        return answer.json()

    return simulate


def comment_at(place):
    return LINES[place["line"] - 1].partition("// ")[2]


@pytest.mark.parametrize(
    ("function", "contract", "comment"),
    [
        ("last", "Places", "modifier"),
        ("library_", "Places", "library"),
        ("constructor_", "Callee", "constructor"),
        ("callee_", "Callee", "callee"),
        ("unheard", "Places", "unheard"),
        ("passedOn", "Callee", "callee"),
        ("caught", "Places", "caught"),
        ("assembly_", "Places", "assembly"),
    ],
)
def test_line_of_the_refusal_is_told(failed, function, contract, comment):
    failure = failed(function)["failure"]
    assert (failure["contract"], comment_at(failure["source"])) == (contract, comment)


def test_statement_of_several_lines_is_told_by_its_first(failed):
    place = failed("first")["failure"]["source"]
    assert (LINES[place["line"] - 1].strip(), place["code"]) == ("require(", "require(")


@pytest.mark.parametrize("function", ["endless", "invalid_"])
def test_line_of_what_uses_up_all_gas_is_told_by_running_it_with_less(failed, function):
    found = failed(function)
    assert found["gas_used"] > 10_000_000
    assert comment_at(found["failure"]["source"]) == function.removesuffix("_")
    assert "1000000 gas" in found["notes"][0]


@pytest.mark.parametrize("function", ["ether_", "nobody", "foreign"])
def test_where_no_source_is_known_the_line_of_the_call_that_led_there_is_told(
    developer, failed, function
):
    chain = developer.api.get("/v1/chain").json()
    (token,) = [one["address"] for one in chain["contracts"] if one["name"] == "PilotEuro"]
    found = failed(function, *([token] if function == "foreign" else []))
    assert comment_at(found["failure"]["source"]) == function.removesuffix("_")
    if function == "foreign":
        assert found["failure"]["contract"] == "PilotEuro"
        assert found["error"]["name"] == "ERC20InsufficientAllowance"
