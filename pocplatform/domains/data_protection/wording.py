"""What is on the chain, in plain words."""

from pocplatform.kit.i18n import Phrase

_OF_TYPE = {
    "identity.owner_changed": Phrase("Who controls your identity was recorded."),
    "identity.delegate_changed": Phrase("Who may sign in your identity's name was recorded."),
    "identity.attribute_changed": Phrase(
        "A key, a service or another attribute of your identity was recorded. It is public."
    ),
    "credential.anchored": Phrase(
        "That a credential was issued: its issuer, its subject's address, its type and a hash. "
        "What it says is not on the chain."
    ),
    "credential.revoked": Phrase("That a credential was revoked."),
    "credential.suspended": Phrase("That a credential was suspended."),
    "credential.resumed": Phrase("That the suspension of a credential ended."),
    "agreement.activated": Phrase(
        "That an agreement came into force: hashes of its terms and its document, the parties' "
        "addresses and the amounts. Its text is not on the chain."
    ),
    "agreement.amended": Phrase("That an agreement got new terms, as a hash."),
}
_OF_THING = {
    "identity": Phrase("A change of your identity was recorded."),
    "credential": Phrase("A change of a credential was recorded, as a hash."),
    "issuer": Phrase("Which type of credential you are trusted for was recorded."),
    "agreement": Phrase("The state of an agreement was recorded."),
    "milestone": Phrase(
        "A step of an agreement was recorded: its state, its amount and, as a hash, the evidence."
    ),
    "payment": Phrase("A payment of test money: both addresses and the amount."),
    "invoice": Phrase("The state of an invoice: addresses, amounts and a hash."),
    "mandate": Phrase("The state of a mandate for recurring payments: addresses and amounts."),
    "split": Phrase("A revenue share: the shares as a hash, the payments with their amounts."),
    "redemption": Phrase("That test money was paid out: an address and the amount."),
    "item": Phrase("Whose a thing or a ticket is, and that it was used."),
    "parcel": Phrase("Whose a parcel is, who rents it and for how much."),
    "listing": Phrase("A sale on the market: both addresses, the thing and the price."),
    "offer": Phrase("A sale on the market: both addresses, the thing and the price."),
    "space": Phrase("A space: whose it is, and who is in it. Entering and leaving stay readable."),
}
_ANYTHING = Phrase("Something that concerns your address was recorded.")

SUMMARY = Phrase(
    "The chain knows you by your address only. Whoever knows that it is yours can see all of this; "
    "nobody can delete it. Names, claims and documents are not on the chain: of them it has hashes "
    "with random salt, which tell nothing once the salt is destroyed."
)
ERASED = Phrase(
    "The content and its random salt are destroyed here. The hashes that remain on the chain "
    "cannot be computed again by anybody who does not have a copy of the content with its salt."
)
REMAINS = {
    "credential": Phrase("Hash of the credential, beside the addresses of issuer and subject."),
    "agreement": Phrase("Hash of the agreement's terms."),
    "document": Phrase("Hash of the agreement's document with its salt."),
    "invoice": Phrase("Hash of the invoice's terms: amounts, dates, reference and addresses."),
    "invoice_document": Phrase("Hash of the invoice's text with its salt."),
    "note": Phrase("Hash of evidence, of a reason or of a ruling, with its salt."),
}


def explanation(type_: str, language: str) -> str:
    """What an event of this type tells of somebody."""
    phrase = _OF_TYPE.get(type_) or _OF_THING.get(type_.partition(".")[0]) or _ANYTHING
    return phrase.render(language)
