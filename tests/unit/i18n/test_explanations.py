"""Why a contract refused, as people read it in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sentence_support as support
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from pocplatform.chain.reverts import RevertDecoder
from pocplatform.kit.i18n import catalogue
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.outbox import known_errors
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.explanations import MOST, explain, next_step, of_contract, record
from pocplatform.outbox.known_errors import EXPLANATIONS
from pocplatform.outbox.library_errors import LIBRARY_ERRORS
from pocplatform.outbox.next_steps import NEXT_STEPS

WHO = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
EURO = 10**6
MOMENT = 1_795_356_300  # 2026-11-22 14:05 UTC


@pytest.fixture(scope="module")
def decoder(artifacts):
    return RevertDecoder.from_artifacts(artifacts.values())


def refusal(decoder: RevertDecoder, signature: str, *values: object) -> dict[str, object]:
    """What is stored when a contract refuses with this error."""
    types = [t for t in signature[signature.index("(") + 1 : -1].split(",") if t]
    data = keccak(signature.encode())[:4] + encode(types, values)
    return record(decoder.decode(data))


@pytest.mark.parametrize(
    ("signature", "values", "english", "finnish"),
    [
        (
            "ERC20InsufficientBalance(address,uint256,uint256)",
            (WHO, 12 * EURO, 1250 * EURO),
            "The account 0x7E5F…5Bdf has 12.00 tEUR, but 1,250.00 tEUR is needed.",
            "Tilillä 0x7E5F…5Bdf on 12,00 tEUR, mutta tarvitaan 1 250,00 tEUR.",
        ),
        (
            "PilotEuroFaucetLimit(address,uint256,uint256,uint256)",
            (WHO, 20_000 * EURO, 2_500_000, MOMENT),
            "20,000.00 tEUR was asked for, but 0x7E5F…5Bdf can get only 2.50 tEUR before "
            "22 November 2026, 14:05 UTC.",
            "Pyydetty summa on 20 000,00 tEUR, mutta 0x7E5F…5Bdf voi saada vain 2,50 tEUR ennen "
            "seuraavaa jakoa, joka on 22.11.2026 klo 14.05 (UTC).",
        ),
        (
            "AgreementMilestoneState(bytes32,uint256,uint8)",
            (b"\1" * 32, 1, 3),
            "This cannot be done now: milestone 1 is in the state “disputed”.",
            "Tätä ei voi tehdä nyt: välitavoitteen 1 tila on ”riidanalainen”.",
        ),
        (
            "AccessControlUnauthorizedAccount(address,bytes32)",
            (WHO, keccak(b"ACCREDITOR_ROLE")),
            "0x7E5F…5Bdf does not have the role ACCREDITOR_ROLE, which this needs.",
            "Tilillä 0x7E5F…5Bdf ei ole tähän tarvittavaa roolia ACCREDITOR_ROLE.",
        ),
        (
            "EnforcedPause()",
            (),
            "The organisers have paused the contract.",
            "Järjestäjät ovat pysäyttäneet älysopimuksen toistaiseksi.",
        ),
        (
            "CredentialStatusRevoked(bytes32)",
            (b"\2" * 32,),
            "The credential is revoked, which cannot be undone.",
            "Todistus on peruutettu, eikä sitä voi palauttaa voimaan.",
        ),
        (
            "Panic(uint256)",
            (0x11,),
            "The contract stopped: a calculation went below zero or became too large.",
            "Älysopimus keskeytyi: laskun tulos oli alle nollan tai liian suuri.",
        ),
        (
            "Panic(uint256)",
            (0x99,),
            "The contract stopped because of a fault of its own, code 0x99.",
            "Älysopimus keskeytyi omaan vikaansa, koodi 0x99.",
        ),
        (
            "Error(string)",
            ("closed {today}",),
            "The contract refused: closed {today}",
            "Älysopimus ei hyväksynyt tätä: closed {today}",
        ),
        (
            "Error(string)",
            ("",),
            "The contract refused without giving a reason.",
            "Älysopimus ei hyväksynyt tätä eikä kertonut syytä.",
        ),
    ],
)
def test_refusal_is_told_with_its_values_in_both_languages(
    decoder, signature, values, english, finnish
):
    stored = json.loads(json.dumps(refusal(decoder, signature, *values)))
    assert plain(explain(stored)) == english
    assert plain(explain(stored, "fi")) == finnish


def plain(sentence: str) -> str:
    """No-break spaces as ordinary ones."""
    return sentence.replace("\u00a0", " ")


def test_amount_below_a_cent_is_not_rounded_away(decoder):
    signature = "ERC20InsufficientBalance(address,uint256,uint256)"
    stored = refusal(decoder, signature, WHO, 9_999_999, 10 * EURO)
    assert "has 9.999999 tEUR, but 10.00 tEUR" in plain(explain(stored))
    assert "on 9,999999 tEUR, mutta tarvitaan 10,00 tEUR" in plain(explain(stored, "fi"))


def test_time_beyond_the_calendar_is_shown_as_its_number(decoder):
    signature = "ERC3009InvalidAuthorizationTime(uint256,uint256)"
    stored = refusal(decoder, signature, MOMENT, 2**256 - 1)
    assert str(2**256 - 1) in explain(stored, "fi")


def test_arguments_are_stored_as_json_that_every_reader_takes(decoder):
    signature = "InvalidAccountNonce(address,uint256)"
    assert refusal(decoder, signature, WHO, 2**256 - 1)["args"] == {
        "account": WHO,
        "currentNonce": str(2**256 - 1),
    }
    digest = refusal(decoder, "CredentialStatusRevoked(bytes32)", b"\xff" * 32)
    assert digest["args"] == {"digest": "0x" + "ff" * 32}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EVM error MemoryLimitOOG", "more computation (gas)"),
        ("EVM error OpcodeNotFound", "an instruction that does not exist"),
        ("StateChangeDuringStaticCall", "in a call that may only read"),
        ("write protection", "in a call that may only read"),
        ("insufficient balance for transfer", "too little ether for what it sends on"),
        ("EVM error OutOfFunds", "too little ether for what it sends on"),
    ],
)
def test_what_the_machine_refuses_is_told_in_words_in_both_languages(name, words):
    assert words in explain({"name": name})
    assert explain({"name": name}, "fi") not in (explain({"name": name}), name)
    assert "Lohkoketjun solmu" not in explain({"name": name}, "fi")


def test_developers_contract_that_gives_no_reason_is_to_be_simulated():
    for silent in ({}, {"name": "Error", "signature": "Error(string)", "args": {"message": ""}}):
        assert "/simulate/" in next_step({**silent, "foreign": True})
        assert next_step(silent) == ""


def test_unknown_error_keeps_its_bytes_and_says_where_they_are():
    stored = record(RevertDecoder().decode("0xdeadbeef01"))
    assert stored["args"] == {"data": "0xdeadbeef01"}
    assert explain(stored) == "The contract refused with an error that is not known here."
    assert "contract_error.args.data" in next_step(stored)


@pytest.mark.parametrize(
    ("stored", "english"),
    [
        ({}, "The contract refused without giving a reason."),
        ({"explanation": ""}, "The contract refused without giving a reason."),
        ({"name": "", "args": {}}, "The contract refused without giving a reason."),
        ({"name": "Unknown", "signature": ""}, known_errors.FAILED_IN_BLOCK.sentence),
        (
            {"name": "OurOwn", "signature": "OurOwn()"},
            "The contract refused with the error OurOwn.",
        ),
        (
            {"name": "X", "signature": "X()", "explanation": "See {IERC20-transfer}."},
            "See {IERC20-transfer}.",
        ),
        (
            {"name": "Insufficient funds for gas", "explanation": "Insufficient funds for gas"},
            "The sending account has too little ether for what it sends and the network's fee.",
        ),
        (
            {"name": "Out of gas: gas required exceeds allowance: 15000000"},
            "This needs more computation (gas) than one transaction may use.",
        ),
        (
            {"name": "nonce {too} low"},
            "The blockchain node refused the transaction: nonce {too} low",
        ),
        (  # arguments of another contract's error with the same signature
            {
                "name": "ERC20InsufficientBalance",
                "signature": "ERC20InsufficientBalance(address,uint256,uint256)",
                "args": {"from": WHO, "has": "1", "wants": "2"},
                "explanation": "Too little {money}.",
            },
            "Too little {money}.",
        ),
        ({"name": "Panic", "signature": "Panic(uint256)", "args": {"code": "x"}}, "Panic"),
    ],
)
def test_errors_stored_by_other_versions_are_explained_too(stored, english):
    assert explain(stored) == english
    assert explain(stored, "fi")


@given(
    st.dictionaries(
        st.sampled_from(["name", "signature", "explanation"]),
        st.text(max_size=40) | st.sampled_from(sorted(EXPLANATIONS)),
    ),
    st.dictionaries(
        st.sampled_from(["sender", "balance", "needed", "deadline", "message", "code", "state"]),
        st.text(max_size=10) | st.integers() | st.none() | st.lists(st.integers(), max_size=2),
    ),
)
def test_nothing_that_is_stored_makes_explaining_fail(error, args):
    for language in ("fi", "en"):
        assert isinstance(explain({**error, "args": args}, language), str)
        assert isinstance(next_step({**error, "args": args}, language), str)


def test_problem_document_is_in_the_callers_language(decoder):
    signature = "ERC20InsufficientBalance(address,uint256,uint256)"
    error = ContractReverted(refusal(decoder, signature, WHO, 0, EURO), "tx_1")
    members = error.extensions("fi")
    assert members["contract_error"]["explanation"] == error.detail("fi") != error.detail("en")
    assert members["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert members["transaction"] == "tx_1"
    assert "POST /v1/faucet" in error.next_step("fi")
    assert str(error) == error.detail("en")


# The table fits the contracts


def test_every_error_of_a_deployable_contract_has_an_explanation_in_finnish(artifacts):
    finnish = catalogue("fi")
    errors = list(support.contract_errors(artifacts))
    assert len(errors) > 50
    missing = []
    for contract, signature, notice in errors:
        known = EXPLANATIONS.get(signature)
        if (known.sentence if known else notice) not in finnish:
            missing.append(f"{contract}: {signature} | {notice or 'no @notice'}")
    assert missing == []


def test_every_explanation_fits_an_error_with_these_arguments(artifacts):
    known = {"Error(string)": {"message"}} | library_errors()
    for artifact in artifacts.values():
        for entry in artifact.abi:
            if entry["type"] == "error":
                types = ",".join(parameter["type"] for parameter in entry["inputs"])
                names = {parameter["name"] for parameter in entry["inputs"]}
                known[f"{entry['name']}({types})"] = names
    assert [signature for signature in EXPLANATIONS if signature not in known] == []
    for signature, explanation in EXPLANATIONS.items():
        for template in (explanation.sentence, explanation.next_step):
            used = {name for name, _, _ in support.placeholders(template)}
            assert used <= known[signature], signature


def library_errors() -> dict[str, set[str]]:
    """The errors in the sources of the contracts library: signature to names of arguments."""
    found = {}
    sources = PROJECT_ROOT / "node_modules" / "@openzeppelin" / "contracts"
    for path in sources.rglob("*.sol"):
        text = path.read_text(encoding="utf-8")
        for name, inside in re.findall(r"(?m)^\s*error (\w+)\(([^)]*)\);", text):
            parameters = [part.split() for part in inside.split(",") if part.strip()]
            types = ",".join({"ProposalState": "uint8"}.get(p[0], p[0]) for p in parameters)
            found[f"{name}({types})"] = {parts[-1] for parts in parameters}
    return found


def test_every_explanation_of_the_librarys_errors_fits_one_with_these_arguments():
    known = library_errors()
    for signature, explanation in LIBRARY_ERRORS.items():
        for template in (explanation.sentence, explanation.next_step):
            used = {name for name, _, _ in support.placeholders(template)}
            assert used <= known.get(signature, set()), signature
    assert [signature for signature in LIBRARY_ERRORS if signature not in known] == []


@pytest.mark.parametrize(
    ("enum", "states"),
    [
        ("AgreementState", known_errors.AGREEMENT_STATES),
        ("MilestoneState", known_errors.MILESTONE_STATES),
    ],
)
def test_states_are_in_the_order_of_the_contract(enum, states):
    text = (PROJECT_ROOT / "contracts" / "agreements" / "IServiceAgreements.sol").read_text()
    (body,) = re.findall(rf"enum {enum} \{{(.*?)\}}", text, re.DOTALL)
    names = re.findall(r"(?m)^\s*(\w+),?\s*(?://.*)?$", re.sub(r"(?m)^\s*///.*$", "", body))
    ours = {"None": "not activated", "Active": "in force", "Unfunded": "not funded"}
    ours |= {"Funded": "in escrow", "Resolved": "settled by the arbiter"}
    assert [ours.get(name, name.lower()) for name in names] == list(states)


def test_every_role_of_the_contracts_is_known_by_name():
    sources = "".join(p.read_text() for p in Path(PROJECT_ROOT / "contracts").rglob("*.sol"))
    roles = set(re.findall(r'keccak256\("(\w+_ROLE)"\)', sources))
    assert roles
    assert roles <= set(known_errors.ROLES.values())


@pytest.mark.parametrize(
    ("signature", "values", "english", "finnish"),
    [
        (
            "SpacesNoTicket(uint128,address,uint256)",
            (1, WHO, 77),
            "Get one first, from its creator or on the market: GET /v1/listings?item=77.",
            "Hanki pääsylippu ensin, sen tekijältä tai markkinalta: GET /v1/listings?item=77.",
        ),
        (
            "ParcelsDepositHeld(uint256,uint256)",
            (5, EURO),
            "Have it released first: POST /v1/parcels/5/deposit/release.",
            "Vakuus on ensin vapautettava: POST /v1/parcels/5/deposit/release.",
        ),
    ],
)
def test_next_step_names_the_thing_at_hand(decoder, signature, values, english, finnish):
    stored = refusal(decoder, signature, *values)
    assert next_step(stored) == english
    assert next_step(stored, "fi") == finnish


def test_next_steps_are_of_errors_that_there_are(artifacts):
    known = {signature for _, signature, _ in support.contract_errors(artifacts)} | set(
        EXPLANATIONS
    )
    assert set(NEXT_STEPS) <= known


ABI = [{"type": "error", "name": "ShopShut", "inputs": [{"name": "until", "type": "uint256"}]}]
SHUT = "ShopShut(uint256)"


def of_shop(notice: str | None, finnish: str | None = None) -> RevertDecoder:
    """Decodes the errors of a developer's contract with these words."""
    found = RevertDecoder()
    userdoc = {"errors": {SHUT: [{"notice": notice}]}} if notice else {}
    devdoc = {"errors": {SHUT: [{"custom:fi": finnish}]}} if finnish else {}
    found.register("Shop", ABI, userdoc, devdoc)
    return found


def test_error_of_a_developers_contract_is_told_in_its_own_words_with_its_values() -> None:
    shop = of_shop("Shut until `until`, `who` knows {why}.", "Suljettu: `until`.")
    told = of_contract(shop, refusal(shop, SHUT, 9))
    assert explain(told) == "Shut until 9, `who` knows {why}."
    assert explain(told, "fi") == "Suljettu: 9."


def test_language_without_words_of_the_contract_has_its_english_ones_or_the_errors_name() -> None:
    english, finnish = of_shop("Shut."), of_shop(None, "Suljettu.")
    assert explain(of_contract(english, refusal(english, SHUT, 9)), "fi") == "Shut."
    told = of_contract(finnish, refusal(finnish, SHUT, 9))
    assert explain(told, "fi") == "Suljettu."
    assert "ShopShut" in explain(told)


def of_token(**docs: dict[str, object]) -> RevertDecoder:
    """Decodes the errors of a developer's token that builds on the library."""
    inputs = [{"name": "spender", "type": "address"}]
    inputs += [{"name": name, "type": "uint256"} for name in ("allowance", "needed")]
    found = RevertDecoder()
    entry = {"type": "error", "name": "ERC20InsufficientAllowance", "inputs": inputs}
    found.register("Coin", [entry], docs.get("userdoc"), docs.get("devdoc"))
    return found


ALLOWANCE = "ERC20InsufficientAllowance(address,uint256,uint256)"


@pytest.mark.parametrize("words", [None, "Says how the `spender`’s `allowance` fails."])
def test_error_of_the_library_is_told_in_plain_words_and_not_in_those_for_programmers(
    words: str | None,
) -> None:
    devdoc = {"errors": {ALLOWANCE: [{"details": words}]}} if words else {}
    coin = of_token(devdoc=devdoc)
    told = of_contract(coin, refusal(coin, ALLOWANCE, WHO, 0, 1000))
    assert explain(told).startswith("0x7E5F…5Bdf may take 0 of this token from the account, but")
    assert explain(told, "fi").startswith("0x7E5F…5Bdf saa ottaa tililtä tätä tokenia 0, mutta")
    assert "`approve`" in next_step(told)
    assert next_step(told, "fi") != next_step(told)


def test_error_without_words_is_told_as_it_was_thrown() -> None:
    shop = of_shop(None)
    told = of_contract(shop, refusal(shop, SHUT, 9))
    assert explain(told) == "The contract refused with the error ShopShut(until: 9)."
    arguments = {"what": {"a": "13", "names": ["ä\u202e", "b"]}, "long": "x" * 1000}
    line = explain({**told, "args": arguments})
    assert 'ShopShut(what: {"a": "13", "names": ["ä", "b"]}, long: xxx' in line
    assert len(line) < MOST


def test_words_that_a_contract_has_for_people_come_before_those_for_the_library() -> None:
    coin = of_token(userdoc={"errors": {ALLOWANCE: [{"notice": "Allow `needed` first."}]}})
    assert explain(of_contract(coin, refusal(coin, ALLOWANCE, WHO, 0, 7))) == "Allow 7 first."


def test_words_for_programmers_keep_the_names_of_arguments() -> None:
    shop = RevertDecoder()
    shop.register("Shop", ABI, {}, {"errors": {SHUT: [{"details": "Shut until `until`."}]}})
    assert explain(of_contract(shop, refusal(shop, SHUT, 9))) == "Shut until `until`."


def test_state_of_a_proposal_is_told_in_words() -> None:
    governor = RevertDecoder()
    inputs = [("proposalId", "uint256"), ("current", "uint8"), ("expectedStates", "bytes32")]
    entry = {
        "type": "error",
        "name": "GovernorUnexpectedProposalState",
        "inputs": [{"name": name, "type": kind} for name, kind in inputs],
    }
    governor.register("House", [entry])
    signature = "GovernorUnexpectedProposalState(uint256,uint8,bytes32)"
    told = of_contract(governor, refusal(governor, signature, 1, 3, bytes(32)))
    assert explain(told) == "The proposal is in another state: it is defeated."


def test_next_step_for_a_contract_of_the_platform_is_not_told_of_anothers() -> None:
    inputs = [("sender", "address"), ("balance", "uint256"), ("needed", "uint256")]
    inputs += [("tokenId", "uint256")]
    entry = {
        "type": "error",
        "name": "ERC1155InsufficientBalance",
        "inputs": [{"name": name, "type": kind} for name, kind in inputs],
    }
    shop = RevertDecoder()
    shop.register("Shop", [entry])
    signature = "ERC1155InsufficientBalance(address,uint256,uint256,uint256)"
    told = of_contract(shop, refusal(shop, signature, WHO, 1, 2, 3))
    assert "/v1/items" not in next_step(told)
    assert "token 3" in explain(told)


def test_words_of_another_contract_neither_replace_nor_complete_those_there_are() -> None:
    shop = of_shop(None, "Suljettu.")
    userdoc = {"errors": {SHUT: [{"notice": "Another's."}]}}
    shop.register("Other", ABI, userdoc, {"errors": {SHUT: [{"custom:fi": "Toisen."}]}})
    assert shop.explanation(SHUT) == ""
    assert shop.translations(SHUT) == {"fi": "Suljettu."}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb\u2066c\u200bd", "abcd"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("two\n  lines\u2028and a third", "two lines and a third"),
        ("ä" * (MOST + 1), "ä" * (MOST - 1) + "…"),
    ],
)
def test_strangers_words_are_one_visible_line_of_bounded_length(written: str, shown: str) -> None:
    shop = of_shop(written, written)
    told = of_contract(shop, refusal(shop, SHUT, 9))
    assert explain(told) == explain(told, "fi") == shown
