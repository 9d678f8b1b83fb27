"""Answers of the explorer."""

from typing import Any, Literal

from pydantic import BaseModel, Field

AccountKind = Literal["company", "person", "operator", "contract", "account"]


class SentencePart(BaseModel):
    """A part of a sentence, with what it is the name of."""

    text: str
    kind: Literal["account", "item", "parcel", "space", "agreement"] | None = None
    ref: str | None = Field(
        default=None, description="An address, an id or an agreement's hash, by the kind."
    )


class BlockRead(BaseModel):
    """A block of the chain."""

    object: Literal["block"] = "block"
    id: str = Field(description="blk_ and its number.")
    number: int
    hash: str
    parent_hash: str
    transactions: int = Field(description="How many are in it.")
    created: str


class ChainTransactionRead(BaseModel):
    """A transaction in a block, whoever has sent it."""

    object: Literal["chain_transaction"] = "chain_transaction"
    id: str = Field(description="Its hash.")
    sentence: str = Field(description="What it did, in plain words.")
    parts: list[SentencePart] = Field(description="The same in parts, for links.")
    effect: bool = Field(description="false: it was reverted, and changed nothing.")
    block: int
    position: int = Field(description="Its index in the block.")
    sender: str
    to: str | None = Field(description="null: it created a contract.")
    contract: str | None = Field(description="Its name, if it is one of the deployment's.")
    function: str | None = Field(description="What it called there, as far as that is known.")
    value: str = Field(description="Ether that it sent along, in wei, as a decimal string.")
    gas_used: int | None
    created: str


class ChainEventRead(BaseModel):
    """A log of a contract."""

    object: Literal["chain_event"] = "chain_event"
    id: str = Field(description="log_, its block's number and its index there.")
    sentence: str
    parts: list[SentencePart]
    address: str = Field(description="Of the contract that told it.")
    contract: str | None = Field(description="Its name, if it is one of the deployment's.")
    event: str | None
    signature: str | None
    arguments: dict[str, Any]
    block: int
    log_index: int
    transaction_hash: str
    topics: list[str]
    data: str
    created: str


class RevertRead(BaseModel):
    """Why a transaction had no effect."""

    name: str
    explanation: str


class ChainTransactionDetail(ChainTransactionRead):
    """A transaction with all that it brought about."""

    signature: str | None = Field(description="Of the function that it called.")
    arguments: dict[str, Any] = Field(description="Of that, by name.")
    nonce: int
    input: str = Field(description="The calldata, or the code that created a contract.")
    error: RevertRead | None
    events: list[ChainEventRead]
    events_left_out: int = Field(description="How many more there were than are shown.")


class HeldRead(BaseModel):
    """Something that an account holds."""

    collection: Literal["item", "parcel"]
    id: str | None = Field(description="itm_… or prc_…, where it was made through the platform.")
    token_id: str
    name: str | None
    amount: str


class SourceVerifiedRead(BaseModel):
    """That whoever has the source of a contract has compared it with the code; not the source."""

    match: Literal["exact_match", "match"] = Field(
        description="exact_match: byte for byte, with the hash of sources and settings that solc "
        "writes into the metadata; match: all but metadata. The grades are Sourcify's."
    )
    created: str


class AddressRead(BaseModel):
    """An account of the chain, as far as everybody may know it."""

    object: Literal["address"] = "address"
    address: str
    did: str
    kind: AccountKind
    name: str | None = Field(
        description="Where its owner has published its profile, or it is one of the deployment's."
    )
    balance: int = Field(description="Whole euro cents.")
    balance_raw: str = Field(description="Exactly, in units of 10⁻⁶ tEUR.")
    currency: Literal["tEUR"] = "tEUR"
    ether: str = Field(description="In wei, as a decimal string.")
    transactions_sent: int
    code_bytes: int = Field(description="Length of its code; 0 for what is no contract.")
    verification: SourceVerifiedRead | None = Field(
        default=None,
        description="Of a contract of somebody's: that its code is what their source gives.",
    )
    holdings: list[HeldRead]
    more_holdings: bool


class NamedAddress(BaseModel):
    """Who is behind an address, as far as everybody may know."""

    address: str
    name: str | None
    kind: AccountKind


class NamesRead(BaseModel):
    """The names of some addresses, in the order of the question."""

    object: Literal["names"] = "names"
    data: list[NamedAddress]


class TokenRead(BaseModel):
    """What a contract of a currency says of it."""

    symbol: str
    decimals: int
    supply: int = Field(description="All there is of it, in whole euro cents.")


class PublicContractRead(BaseModel):
    """A contract of the deployment: its ABI, and where its source may be read, that too."""

    object: Literal["public_contract"] = "public_contract"
    name: str
    title: str = Field(description="In plain words.")
    address: str
    package: str = Field(description="`pocplatform`, or the package that carries it unmodified.")
    version: str
    license: str
    code_hash: str
    verified: bool = Field(description="Whether the code on the chain is the one of this source.")
    source_file: str
    source: str | None = Field(description="null for other packages' contracts.")
    abi: list[dict[str, Any]]
    token: TokenRead | None


class Found(BaseModel):
    """Something that was found."""

    kind: Literal[
        "transaction", "block", "address", "contract", "agreement", "organization", "space", "item",
        "parcel",
    ]  # fmt: skip
    ref: str = Field(description="Hash, number, address or id, by the kind.")
    title: str


class SearchRead(BaseModel):
    """What was found for a question."""

    object: Literal["search"] = "search"
    query: str
    understood: list[str] = Field(description="As what the question can be read, in plain words.")
    data: list[Found]
