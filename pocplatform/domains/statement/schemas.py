"""Statements in answers."""

from typing import Literal

from pydantic import BaseModel, Field

from pocplatform.kit.money import CURRENCY

Kind = Literal["faucet", "payment", "invoice", "refund", "mandate", "escrow", "redemption"]


class StatementLine(BaseModel):
    """A movement of tEUR."""

    object: Literal["statement_line"] = "statement_line"
    id: str = Field(description="Transaction hash and index of the log in its block.")
    at: str
    block: int
    kind: Kind
    counterpart: str | None = Field(
        description="Who paid or was paid: of an invoice its parties, though its contract passes "
        "the money on. null where tEUR was made or destroyed."
    )
    reference: str | None = Field(
        description="Of an invoice its RF reference; of a mandate or a redemption its id."
    )
    amount: int = Field(description="Cents; negative: paid out. Parts of a cent are cut off.")
    raw: str = Field(description="The same in the token's units, 10⁻⁶ tEUR, exactly.")
    balance: int = Field(description="Cents after this movement.")
    balance_raw: str
    transaction: str | None = Field(
        description="The transaction (tx_…), where it is one of your own."
    )
    transaction_hash: str
    resource: str | None = Field(description="What your transaction was for: pay_…, inv_…, agr_…")


class StatementRead(BaseModel):
    """A page of a statement, newest line first, with the balances of the whole time."""

    object: Literal["list"] = "list"
    account: str
    from_day: str
    to_day: str
    currency: Literal["tEUR"] = CURRENCY
    opening_balance: int = Field(description="Cents before the first day.")
    opening_balance_raw: str
    closing_balance: int = Field(description="Cents after the last day, or now.")
    closing_balance_raw: str
    data: list[StatementLine]
    has_more: bool
