"""Operations of PilotEuro, Invoices, Mandates and Splits."""

from __future__ import annotations

from eth_utils.crypto import keccak

from bench.gas.lab import DAY, EURO, FAR, Contract, Lab, split
from bench.gas.operation import operation

AMOUNT = 1_240 * EURO
RANDOM = keccak(text="random")
NONE = "0x" + "00" * 20
ERC20, ERC3009 = "OpenZeppelin ERC20", "OpenZeppelin ERC20, ERC3009"
AUTHORIZATION = (
    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)"
)
INVOICE = (
    "Invoice(address payee,address payer,uint88 amount,uint40 dueAt,uint40 payableUntil,"
    "bool partialAllowed,bytes32 rfReference,bytes32 documentHash,uint64 nonce)"
)
MANDATE = (
    "Mandate(address payer,address payee,uint128 cap,uint40 startAt,uint40 endAt,uint32 period,"
    "uint40 signBy,bytes32 documentHash,uint64 nonce)"
)
_SIGNATURE = "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"
_BYTES = "(address,address,uint256,uint256,uint256,bytes32,bytes)"


@operation("PilotEuro transfer, new", "the receiver's first tEUR, the sender keeps some", 54_000)
def transfer_new(lab: Lab) -> int:
    return _transfer(lab, lab["PilotEuro"])


@transfer_new.compare(ERC20)
def transfer_new_reference(lab: Lab) -> int:
    return _transfer(lab, lab["PlainERC20"])


@operation("PilotEuro transfer, again", "the receiver has tEUR, the sender keeps some", 37_000)
def transfer_again(lab: Lab) -> int:
    _transfer(lab, lab["PilotEuro"])
    return _again(lab, lab["PilotEuro"])


@transfer_again.compare(ERC20)
def transfer_again_reference(lab: Lab) -> int:
    _transfer(lab, lab["PlainERC20"])
    return _again(lab, lab["PlainERC20"])


def _transfer(lab: Lab, token: Contract) -> int:
    token.send("mint", lab.alice.address, 10_000 * EURO, by=lab.admin)
    return _again(lab, token)


def _again(lab: Lab, token: Contract) -> int:
    return token.send("transfer", lab.bob.address, EURO, by=lab.alice)


@operation(
    "PilotEuro transferWithAuthorization, next nonce",
    "the receiver's first tEUR, the nonce follows one used before, signature as v, r, s",
    84_000,
)
def authorized_next(lab: Lab) -> int:
    token = lab["PilotEuro"]
    token.send("mint", lab.alice.address, 10_000 * EURO, by=lab.admin)
    _authorized(lab, token, lab.carol.address, (256).to_bytes(32, "big"))
    return _authorized(lab, token, lab.bob.address, (257).to_bytes(32, "big"))


@operation(
    "PilotEuro transferWithAuthorization, random nonce",
    "the receiver's first tEUR, the signer's first nonce of its 256, signature as v, r, s",
    84_000,
    accepted=84_900,
    why="a random nonce writes a slot of its own, and asking whether the token is paused reads a "
    "slot (2,100) that the reference, which cannot be paused, does not have.",
)
def authorized_random(lab: Lab) -> int:
    lab["PilotEuro"].send("mint", lab.alice.address, 10_000 * EURO, by=lab.admin)
    return _authorized(lab, lab["PilotEuro"], lab.bob.address, RANDOM)


@authorized_random.compare(ERC3009)
def authorized_random_reference(lab: Lab) -> int:
    lab["PlainERC3009"].send("mint", lab.alice.address, 10_000 * EURO, by=lab.admin)
    return _authorized(lab, lab["PlainERC3009"], lab.bob.address, RANDOM)


@operation(
    "PilotEuro transferWithAuthorization, random nonce, bytes",
    "the same with the signature as bytes, as ERC-1271 wallets need it",
    84_000,
    accepted=85_400,
    why="as above, and a signature of any length takes 500 more to read.",
)
def authorized_bytes(lab: Lab) -> int:
    token = lab["PilotEuro"]
    token.send("mint", lab.alice.address, 10_000 * EURO, by=lab.admin)
    values = (lab.alice.address, lab.bob.address, EURO, 0, FAR, RANDOM)
    signature = token.sign(lab.alice, AUTHORIZATION, *values)
    return token.send(f"transferWithAuthorization{_BYTES}", *values, signature, by=lab.relayer)


def _authorized(lab: Lab, token: Contract, to: str, nonce: bytes) -> int:
    values = (lab.alice.address, to, EURO, 0, FAR, nonce)
    signature = split(token.sign(lab.alice, AUTHORIZATION, *values))
    function = f"transferWithAuthorization{_SIGNATURE}"
    return token.send(function, *values, *signature, by=lab.relayer)


@operation("Invoices pay in full", "the payee has tEUR, the payer keeps some", 95_000)
def pay(lab: Lab) -> int:
    lab.had_euros(lab.bob.address)
    return _pay(lab)


@operation(
    "Invoices pay in full, new",
    "the payee's first tEUR, the payer keeps some",
    95_000,
    accepted=99_800,
    why="the payee's balance is a new slot in the token, 17,100 more than for a payee who has "
    "tEUR; no contract that pays can save it.",
)
def pay_new(lab: Lab) -> int:
    return _pay(lab)


def _pay(lab: Lab) -> int:
    payer, invoices = lab.rich(lab.alice, "Invoices"), lab["Invoices"]
    reference = b"RF18539007547034".ljust(32, b"\0")
    document = keccak(text="invoice and its salt")
    due = lab.now + 14 * DAY
    invoice = (lab.bob.address, NONE, AMOUNT, due, 0, False, reference, document, 1)
    signature = invoices.sign(lab.bob, INVOICE, *invoice)
    return invoices.send("pay", invoice, signature, AMOUNT, by=payer)


@operation(
    "Mandates collect, again",
    "in a later period, the payee has tEUR, the payer keeps some",
    60_000,
)
def collect_again(lab: Lab) -> int:
    payer, mandates = lab.rich(lab.alice, "Mandates"), lab["Mandates"]
    start, week = lab.now + DAY, 7 * DAY
    document = keccak(text="mandate and its salt")
    mandate = (
        *(payer.address, lab.bob.address, 50 * EURO, start, start + 10 * week, week),
        *(start, document, 1),
    )
    signature = mandates.sign(payer, MANDATE, *mandate)
    mandates.send("register", mandate, signature, by=lab.relayer)
    lab.mine(DAY)
    mandates.send("collect", mandate, 20 * EURO, by=lab.bob)
    lab.mine(week)
    return mandates.send("collect", mandate, 20 * EURO, by=lab.bob)


@operation("Splits create", "three recipients", 60_000)
def create_split(lab: Lab) -> int:
    return lab["Splits"].send("create", _shares(lab), by=lab.relayer)


@operation(
    "Splits distribute, again",
    "to three recipients who have tEUR, from an account that has distributed before",
    80_000,
)
def distribute_again(lab: Lab) -> int:
    splits, shares = lab["Splits"], _shares(lab)
    gas = 0
    for _ in range(2):
        lab["PilotEuro"].send("mint", splits.read("accountOf", shares), 10 * EURO, by=lab.admin)
        gas = splits.send("distribute", shares, lab["PilotEuro"].address, by=lab.relayer)
    return gas


def _shares(lab: Lab) -> list[tuple[str, int]]:
    recipients = sorted((a.address for a in (lab.alice, lab.bob, lab.carol)), key=str.lower)
    return list(zip(recipients, (5_000, 3_333, 1_667), strict=True))
