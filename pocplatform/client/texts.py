"""The sentences that the SDK says itself, in English and Finnish."""

_TEXTS: dict[str, dict[str, str]] = {
    "unreachable": {
        "en": "The sandbox at {url} does not answer: {cause}.",
        "fi": "Hiekkalaatikko osoitteessa {url} ei vastaa: {cause}.",
    },
    "unreachable_next": {
        "en": "Check that it is running (`pocplatform status`) and that the address is right; "
        "a write may be repeated with the same idempotency key.",
        "fi": "Tarkista, että se on käynnissä (`pocplatform status`) ja että osoite on oikea; "
        "kirjoituksen voi toistaa samalla idempotenssiavaimella.",
    },
    "unexpected": {
        "en": "{url} answered {status} with something else than a sandbox would: {shown}",
        "fi": "{url} vastasi tilalla {status} jotain muuta kuin hiekkalaatikko vastaisi: {shown}",
    },
    "unexpected_next": {
        "en": "Check the address, and that SDK and sandbox are of the same version.",
        "fi": "Tarkista osoite sekä se, että SDK ja hiekkalaatikko ovat samaa versiota.",
    },
    "still_pending": {
        "en": "The transaction {transaction} was accepted, but is not on the chain after "
        "{seconds:g} seconds.",
        "fi": "Tapahtuma {transaction} hyväksyttiin, mutta se ei ole lohkoketjussa "
        "{seconds:g} sekunnin kuluttua.",
    },
    "still_pending_next": {
        "en": "Go on waiting with transactions.wait({transaction!r}).",
        "fi": "Jatka odottamista: transactions.wait({transaction!r}).",
    },
    "node_refused": {
        "en": "The chain's node refuses {method}: {why}.",
        "fi": "Lohkoketjun solmu ei hyväksy kutsua {method}: {why}.",
    },
    "contract_reverted": {
        "en": "The contract refuses this",
        "fi": "Älysopimus ei hyväksy tätä",
    },
    "signature_missing": {
        "en": "The request has no Webhook-Signature of the form t=…,v1=….",
        "fi": "Kutsussa ei ole Webhook-Signature-otsaketta muodossa t=…,v1=….",
    },
    "signature_wrong": {
        "en": "The request is not signed with this endpoint's secret, or its body was changed.",
        "fi": "Kutsua ei ole allekirjoitettu tämän osoitteen salaisuudella, tai sen runkoa on "
        "muutettu.",
    },
    "signature_old": {
        "en": "The request was signed too long ago, or this machine's clock is wrong.",
        "fi": "Kutsu on allekirjoitettu liian kauan sitten, tai tämän koneen kello on väärässä.",
    },
    "signature_next": {
        "en": "Answer with 400 and do not act on it; check the body as it came, before it is "
        "parsed.",
        "fi": "Vastaa 400 äläkä toimi sen mukaan; tarkista runko sellaisena kuin se tuli, ennen "
        "jäsentämistä.",
    },
    "no_reason": {
        "en": "The contract refused without giving a reason.",
        "fi": "Älysopimus ei hyväksynyt tätä eikä kertonut syytä.",
    },
}


def text(name: str, language: str) -> str:
    """A sentence in ``language``; in English where there is no such language."""
    sentences = _TEXTS[name]
    return sentences.get(language, sentences["en"])
