"""What can be said of what strangers' contracts do, and of transactions that call none."""

from typing import Final

from pocplatform.domains.explorer.sentences.said import Said, Table, entries

CREATED: Final = Said(
    "{sender} put a new contract on the chain.",
    "{sender} vei lohkoketjuun uuden älysopimuksen.",
)
ETHER: Final = Said(
    "{sender} sent {value:ether} to {to}.", "{sender} lähetti saajalle {to}: {value:ether}."
)
NOTHING: Final = Said(
    "{sender} sent an empty transaction to {to}.",
    "{sender} lähetti tyhjän tapahtuman. Vastaanottaja {to}.",
)
KNOWN: Final = Said(
    "{sender} used the contract {contract}: {function:code}.",
    "{sender} käytti älysopimusta {contract}: {function:code}.",
)
UNKNOWN: Final = Said(
    "{sender} used a contract that somebody has put on the chain: {contract}.",
    "{sender} käytti toisen tahon älysopimusta {contract}.",
)
TOLD: Final = Said("{contract} told: {event:code}.", "{contract} ilmoitti: {event:code}.")
TOLD_UNKNOWN: Final = Said(
    "{contract} told of something that nobody has described here.",
    "{contract} ilmoitti tapahtumasta, jota täällä ei ole kuvattu.",
)
NO_EFFECT: Final = Said("Tried, without effect: ", "Yritettiin, ilman vaikutusta: ")
"""Stands before what a transaction that was reverted would have done."""

TOKEN: Final[Table] = entries("token", {
    "transfer": Said(
        "{sender} sent {value:number} units of the token {contract} to {to}.",
        "{sender} lähetti tokenin {contract} yksiköitä: {value:number}. Saaja {to}.",
    ),
    "transferFrom": Said(
        "{sender} moved {value:number} units of the token {contract} from {from} to {to}.",
        "{sender} siirsi tokenin {contract} yksiköitä: {value:number}. Luovuttaja {from}, saaja "
        "{to}.",
    ),
    "approve": Said(
        "{sender} let {spender} take units of the token {contract}.",
        "{sender} antoi luvan siirtää tokenin {contract} yksiköitä. Luvan sai {spender}.",
    ),
    "Transfer": Said(
        "{value:number} units of the token {contract} went from {from} to {to}.",
        "Tokenin {contract} yksiköitä siirtyi: {value:number}. Luovuttaja {from}, saaja {to}.",
    ),
    "Approval": Said(
        "{owner} let {spender} take units of the token {contract}.",
        "{owner} antoi luvan siirtää tokenin {contract} yksiköitä. Luvan sai {spender}.",
    ),
})  # fmt: skip
"""What is called and told as ERC-20 says, by anybody's contract."""
