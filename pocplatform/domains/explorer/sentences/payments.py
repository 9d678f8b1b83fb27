"""Money: payments, invoices, mandates and splits."""

from pocplatform.domains.explorer.sentences.said import (
    NOBODY,
    Arguments,
    Said,
    Sentence,
    Table,
    entries,
    if_set,
    is_unlimited,
)


def _leave(owner: str) -> Sentence:
    """Somebody lets somebody else take money."""
    limited = Said(
        f"{{{owner}}} let {{spender}} take up to {{value:money}} from its account.",
        f"{{{owner}}} antoi luvan veloittaa tililtään enintään {{value:money}}. "
        f"Veloittaja: {{spender}}.",
    )  # fmt: skip
    unlimited = Said(
        f"{{{owner}}} let {{spender}} take any amount from its account.",
        f"{{{owner}}} antoi luvan veloittaa tililtään ilman ylärajaa. Veloittaja: {{spender}}.",
    )
    ended = Said(
        f"{{{owner}}} no longer lets {{spender}} take money from its account.",
        f"{{{owner}}} perui luvan veloittaa tililtään. Veloittaja: {{spender}}.",
    )

    def choose(arguments: Arguments) -> Said:
        if str(arguments["value"]) == "0":
            return ended
        return unlimited if is_unlimited(arguments["value"]) else limited

    return choose


def _moved(arguments: Arguments) -> Said:
    if arguments["from"] == NOBODY:
        return Said(
            "{to} got {value:money} of new test money.", "{to} sai uutta testirahaa {value:money}."
        )
    if arguments["to"] == NOBODY:
        return Said(
            "{value:money} of {from} was taken out of use.",
            "Tililtä {from} poistui käytöstä {value:money}.",
        )
    return Said(
        "{value:money} went from {from} to {to}.",
        "{value:money} siirtyi. Maksaja {from}, saaja {to}.",
    )


_GIVEN = Said("{to} got {amount:money} of test money.", "{to} sai testirahaa {amount:money}.")
_ORDERED = Said(
    "{from} paid {value:money} to {to} by a signed order.",
    "{from} maksoi {value:money} saajalle {to} allekirjoitetulla määräyksellä.",
)
_INVOICE_PAID = Said(
    "{sender} paid {amount:money} on an invoice of {invoice.payee}, reference "
    "{invoice.rfReference:reference}.",
    "{sender} maksoi laskua {amount:money} saajalle {invoice.payee}. Viite "
    "{invoice.rfReference:reference}.",
)
_INVOICE_CANCELLED = Said(
    "{invoice.payee} cancelled an invoice of {invoice.amount:money}.",
    "{invoice.payee} mitätöi laskun, jonka summa oli {invoice.amount:money}.",
)
_MANDATE_CANCELLED = Said(
    "The mandate of {mandate.payer} for {mandate.payee} was ended.",
    "Suoraveloitusvaltuutus päätettiin. Maksaja {mandate.payer}, veloittaja {mandate.payee}.",
)

SENTENCES: Table = {
    **entries("PilotEuro", {
        "transfer": Said(
            "{sender} paid {value:money} to {to}.", "{sender} maksoi {value:money} saajalle {to}."
        ),
        "transferFrom": Said(
            "{sender} took {value:money} from {from} for {to}.",
            "{sender} veloitti {value:money}. Maksaja {from}, saaja {to}.",
        ),
        "transferWithAuthorization receiveWithAuthorization": _ORDERED,
        "cancelAuthorization": Said(
            "{authorizer} took back a signed payment order.",
            "{authorizer} perui allekirjoittamansa maksumääräyksen.",
        ),
        "mint drip": _GIVEN,
        "redeem": Said(
            "{sender} changed {amount:money} back (a simulation).",
            "{sender} lunasti testirahaa takaisin {amount:money} (simulaatio).",
        ),
        "approve": _leave("sender"),
        "permit": _leave("owner"),
        "pause": Said("{sender} stopped all payments.", "{sender} pysäytti kaikki maksut."),
        "unpause": Said(
            "{sender} let payments go on again.", "{sender} avasi maksut uudelleen."
        ),
        "Transfer": _moved,
        "Approval": _leave("owner"),
        "AuthorizationUsed": Said(
            "A payment order signed by {authorizer} was used.",
            "Allekirjoitettu maksumääräys käytettiin. Maksaja {authorizer}.",
        ),
        "AuthorizationCanceled": Said(
            "A payment order signed by {authorizer} was taken back.",
            "Allekirjoitettu maksumääräys peruttiin. Maksaja {authorizer}.",
        ),
        "FaucetDripped": Said(
            "{account} got {amount:money} of test money from the faucet.",
            "{account} sai testirahan jaosta {amount:money}.",
        ),
        "Redeemed": Said(
            "{amount:money} of {account} was changed back (a simulation).",
            "Testirahaa lunastettiin takaisin {amount:money} (simulaatio). Tili {account}.",
        ),
        "Paused": Said(
            "All payments were stopped by {account}.", "{account} pysäytti kaikki maksut."
        ),
        "Unpaused": Said(
            "Payments go on again, by {account}.", "{account} avasi maksut uudelleen."
        ),
    }),
    **entries("Invoices", {
        "pay payWithPermit payWithAuthorization": _INVOICE_PAID,
        "cancel cancelWithSignature": _INVOICE_CANCELLED,
        "refund": Said(
            "{sender} paid back {amount:money} of an invoice.",
            "{sender} palautti laskusta {amount:money}.",
        ),
        "InvoicePaid": if_set(
            "outstanding",
            Said(
                "{payer} paid {amount:money} on an invoice of {payee}; {outstanding:money} is "
                "still "
                "to be paid. Reference {rfReference:reference}.",
                "{payer} maksoi laskua {amount:money} saajalle {payee}; maksamatta on "
                "{outstanding:money}. Viite {rfReference:reference}.",
            ),
            Said(
                "{payer} paid an invoice of {payee} in full: {amount:money}, reference "
                "{rfReference:reference}.",
                "{payer} maksoi laskun kokonaan saajalle {payee}: {amount:money}, viite "
                "{rfReference:reference}.",
            ),
        ),
        "InvoiceRefunded": Said(
            "{payee} paid back {amount:money} of an invoice to {payer}.",
            "{payee} palautti laskusta {amount:money} maksajalle {payer}.",
        ),
        "InvoiceCancelled": Said(
            "{payee} cancelled an invoice.", "{payee} mitätöi laskun."
        ),
    }),
    **entries("Mandates", {
        "register": Said(
            "{mandate.payer} lets {mandate.payee} collect up to {mandate.cap:money} every "
            "{mandate.period:days}.",
            "{mandate.payer} antoi suoraveloitusvaltuutuksen: {mandate.payee} saa veloittaa "
            "enintään "
            "{mandate.cap:money}, jakson pituus {mandate.period:days}.",
        ),
        "collect": Said(
            "{mandate.payee} collected {amount:money} from {mandate.payer} by a mandate.",
            "{mandate.payee} veloitti valtuutuksella {amount:money} maksajalta {mandate.payer}.",
        ),
        "pause": Said(
            "{mandate.payer} stopped the mandate of {mandate.payee} for a while.",
            "{mandate.payer} keskeytti suoraveloitusvaltuutuksen. Veloittaja {mandate.payee}.",
        ),
        "resume": Said(
            "{mandate.payer} let the mandate of {mandate.payee} go on.",
            "{mandate.payer} jatkoi suoraveloitusvaltuutusta. Veloittaja {mandate.payee}.",
        ),
        "cancel cancelWithSignature": _MANDATE_CANCELLED,
        "MandateRegistered": Said(
            "{payer} lets {payee} collect up to {cap:money} every {period:days}.",
            "{payer} antoi suoraveloitusvaltuutuksen: {payee} saa veloittaa enintään {cap:money}, "
            "jakson pituus {period:days}.",
        ),
        "MandateCollected": Said(
            "{payee} collected {amount:money} from {payer} by a mandate; {collected:money} in this "
            "period.",
            "{payee} veloitti valtuutuksella {amount:money} maksajalta {payer}; tällä jaksolla "
            "yhteensä {collected:money}.",
        ),
        "MandatePaused": Said(
            "A mandate was stopped for a while.", "Suoraveloitusvaltuutus keskeytettiin."
        ),
        "MandateResumed": Said("A mandate goes on.", "Suoraveloitusvaltuutus jatkuu."),
        "MandateCancelled": Said(
            "A mandate was ended by {by}.", "{by} päätti suoraveloitusvaltuutuksen."
        ),
    }),
    **entries("Splits", {
        "create": Said(
            "{sender} agreed on how income is divided among {shares:names}.",
            "{sender} sopi tulonjaosta, jossa osuutensa saavat {shares:names}.",
        ),
        "distribute": Said(
            "{sender} had joint income paid out to {shares:names}.",
            "{sender} jakoi yhteisen tulon. Saajat: {shares:names}.",
        ),
        "withdrawHeld": Said(
            "{sender} collected its share of joint income, to {to}.",
            "{sender} nosti osuutensa yhteisestä tulosta tilille {to}.",
        ),
        "SplitCreated": Said(
            "Income of {split} is divided among {shares:names}.",
            "Tilin {split} tulo jaetaan. Saajat: {shares:names}.",
        ),
        "SplitDistributed": Said(
            "{amount:money} of joint income was paid out.",
            "Yhteistä tuloa jaettiin {amount:money}.",
        ),
        "SplitPaymentHeld": Said(
            "{amount:money} could not be paid to {recipient} and is kept for it.",
            "Maksu {amount:money} ei mennyt perille ja odottaa saajaa {recipient}.",
        ),
        "SplitHeldWithdrawn": Said(
            "{recipient} collected {amount:money} that was kept for it.",
            "{recipient} nosti odottaneen maksun {amount:money}.",
        ),
    }),
}  # fmt: skip
"""By contract and name of the function or event."""
