"""What a receipt says, and what a check of it answers."""

from typing import Literal

from pydantic import BaseModel, Field


class ReceiptParty(BaseModel):
    """Who took part."""

    role: str = Field(description="What they were in it, in the receipt's language.")
    name: str
    business_id: str | None = None
    did: str


class ReceiptCredential(BaseModel):
    """A credential that was used."""

    id: str
    type: str
    subject: str
    digest: str


class ReceiptMilestone(BaseModel):
    """A step of the work with its price in cents."""

    title: str
    amount: int
    outcome: str = Field(
        default="",
        description="What became of it, in the receipt's language, where it was not paid in full.",
    )


class ReceiptAgreement(BaseModel):
    """An agreement that was carried out."""

    id: str
    title: str
    agreement_hash: str
    document_hash: str
    milestones: list[ReceiptMilestone]


class ReceiptPayment(BaseModel):
    """Money that changed hands; cents."""

    sender: str
    recipient: str
    amount: int


class ReceiptTransaction(BaseModel):
    """An entry in the blockchain."""

    text: str = Field(description="What it did, in the receipt's language.")
    hash: str
    block: int
    gas_used: int


class ReceiptContent(BaseModel):
    """All that a receipt says."""

    language: Literal["fi", "en"]
    title: str
    chain_id: int
    parties: list[ReceiptParty]
    credentials: list[ReceiptCredential] = []
    agreements: list[ReceiptAgreement] = []
    payments: list[ReceiptPayment] = []
    transactions: list[ReceiptTransaction] = []


class ReceiptCheck(BaseModel):
    """The answer to one question about a receipt."""

    check: Literal["receipt", "identity", "credential", "document", "agreement", "transactions"]
    about: str = Field(default="", description="The thing that was looked at, by its name.")
    ok: bool
    detail: str
