"""Agreements, their milestones and escrow."""

from pocplatform.domains.explorer.sentences.said import Said, Table, entries, if_set

_FUNDED = Said(
    "{sender} paid the price of milestone {milestones:milestones} into escrow.",
    "{sender} maksoi sulkutilille välitavoitteen {milestones:milestones} hinnan.",
)
_FUNDED_FOR = Said(
    "{from} paid the price of milestone {milestones:milestones} into escrow.",
    "{from} maksoi sulkutilille välitavoitteen {milestones:milestones} hinnan.",
)

SENTENCES: Table = entries("ServiceAgreements", {
    "activate": Said(
        "An agreement came into force. It was signed by {parties:names}.",
        "Sopimus tuli voimaan. Sen allekirjoittivat {parties:names}.",
    ),
    "fund fundWithPermit": _FUNDED,
    "fundWithAuthorization": _FUNDED_FOR,
    "deliver": Said(
        "{sender} delivered milestone {milestone:milestone}, worth {engagement.amount:money}.",
        "{sender} toimitti välitavoitteen {milestone:milestone}, hinta {engagement.amount:money}.",
    ),
    "accept": Said(
        "{sender} accepted milestone {milestone:milestone}, and {engagement.payee} was paid from "
        "{engagement.amount:money} in escrow.",
        "{sender} hyväksyi välitavoitteen {milestone:milestone}. Sulkutilillä oli "
        "{engagement.amount:money}, saaja {engagement.payee}.",
    ),
    "acceptBySilence": Said(
        "Nobody objected in time: milestone {milestone:milestone} counts as accepted, and "
        "{engagement.payee} was paid from {engagement.amount:money} in escrow.",
        "Kukaan ei huomauttanut ajoissa: välitavoite {milestone:milestone} katsottiin "
        "hyväksytyksi. "
        "Sulkutilillä oli {engagement.amount:money}, saaja {engagement.payee}.",
    ),
    "dispute": Said(
        "{sender} disputed milestone {milestone:milestone}, worth {engagement.amount:money}.",
        "{sender} riitautti välitavoitteen {milestone:milestone}, hinta {engagement.amount:money}.",
    ),
    "resolve": Said(
        "The arbiter {sender} settled the dispute on milestone {milestone:milestone}: "
        "{engagement.payee} gets {payeeBps:percent}.",
        "Välimies {sender} ratkaisi riidan välitavoitteesta {milestone:milestone}: "
        "{engagement.payee} saa {payeeBps:percent}.",
    ),
    "resolveByFallback": Said(
        "The arbiter did not settle in time: milestone {milestone:milestone} was divided as agreed "
        "beforehand.",
        "Välimies ei ratkaissut ajoissa: välitavoite {milestone:milestone} jaettiin niin kuin "
        "ennalta oli sovittu.",
    ),
    "amend": Said(
        "An agreement was changed. The change was signed by {newTerms.parties:names}.",
        "Sopimusta muutettiin. Muutoksen allekirjoittivat {newTerms.parties:names}.",
    ),
    "terminate": Said(
        "An agreement was ended early. All agreed: {terms.parties:names}.",
        "Sopimus päätettiin ennen aikojaan. Yksimielisiä olivat {terms.parties:names}.",
    ),
    "expire": Said(
        "An agreement came to the end of its time.", "Sopimuksen voimassaolo päättyi."
    ),
    "withdrawHeld": Said(
        "{sender} collected a payment that was kept for it, to {to}.",
        "{sender} nosti sille säilytetyn maksun tilille {to}.",
    ),
    "setTokenAllowed TokenAllowed": if_set(
        "allowed",
        Said("Agreements may be paid in {token}.", "Sopimuksia voi maksaa rahalla {token}."),
        Said(
            "Agreements can no longer be paid in {token}.",
            "Sopimuksia ei voi enää maksaa rahalla {token}.",
        ),
    ),
    "transferOwnership": Said(
        "{sender} handed the running of {contract} over to {newOwner}.",
        "{sender} luovutti ylläpidon: {contract}. Uusi ylläpitäjä {newOwner}.",
    ),
    "renounceOwnership": Said(
        "{sender} gave up running {contract}.", "{sender} luopui ylläpidosta: {contract}."
    ),
    "AgreementActivated": Said(
        "The agreement {agreementId:agreement} is in force.",
        "Sopimus {agreementId:agreement} on voimassa.",
    ),
    "AgreementAmended": Said(
        "The agreement {agreementId:agreement} was changed; this is change {revision:number}.",
        "Sopimusta {agreementId:agreement} muutettiin; muutoksen numero on {revision:number}.",
    ),
    "AgreementTerminated": Said(
        "The agreement {agreementId:agreement} was ended early.",
        "Sopimus {agreementId:agreement} päätettiin ennen aikojaan.",
    ),
    "AgreementExpired": Said(
        "The agreement {agreementId:agreement} came to the end of its time.",
        "Sopimuksen {agreementId:agreement} voimassaolo päättyi.",
    ),
    "MilestoneFunded": Said(
        "{funder} paid {amount:money} into escrow for milestone {milestone:milestone}.",
        "{funder} maksoi sulkutilille {amount:money}. Välitavoite {milestone:milestone}.",
    ),
    "MilestoneDelivered": if_set(
        "penaltyBps",
        Said(
            "{provider} delivered milestone {milestone:milestone} late: {penaltyBps:percent} is "
            "taken off.",
            "{provider} toimitti välitavoitteen {milestone:milestone} myöhässä: hinnasta "
            "vähennetään "
            "{penaltyBps:percent}.",
        ),
        Said(
            "{provider} delivered milestone {milestone:milestone}.",
            "{provider} toimitti välitavoitteen {milestone:milestone}.",
        ),
    ),
    "MilestonePaid": if_set(
        "payerAmount",
        Said(
            "{payee} got {payeeAmount:money} from escrow for milestone {milestone:milestone}; "
            "{payerAmount:money} went back to the payer.",
            "{payee} sai sulkutililtä {payeeAmount:money} välitavoitteesta {milestone:milestone}; "
            "maksajalle palautui {payerAmount:money}.",
        ),
        Said(
            "{payee} got {payeeAmount:money} from escrow for milestone {milestone:milestone}.",
            "{payee} sai sulkutililtä {payeeAmount:money} välitavoitteesta {milestone:milestone}.",
        ),
    ),
    "MilestoneDisputed": Said(
        "{by} disputed milestone {milestone:milestone}.",
        "{by} riitautti välitavoitteen {milestone:milestone}.",
    ),
    "MilestoneResolved": Said(
        "The dispute on milestone {milestone:milestone} is settled: the payee gets "
        "{payeeAmount:money}, the payer {payerAmount:money}.",
        "Riita välitavoitteesta {milestone:milestone} on ratkaistu: saaja saa {payeeAmount:money}, "
        "maksaja {payerAmount:money}.",
    ),
    "MilestoneRefunded": Said(
        "{payer} got {amount:money} back from escrow for milestone {milestone:milestone}.",
        "{payer} sai sulkutililtä takaisin {amount:money}. Välitavoite {milestone:milestone}.",
    ),
    "MilestoneCancelled": Said(
        "Milestone {milestone:milestone} was dropped.",
        "Välitavoite {milestone:milestone} peruttiin.",
    ),
    "PaymentHeld": Said(
        "{amount:money} could not be paid to {account} and is kept for it.",
        "Maksu {amount:money} ei mennyt perille ja odottaa saajaa {account}.",
    ),
    "HeldPaymentWithdrawn": Said(
        "{account} collected {amount:money} that was kept for it.",
        "{account} nosti odottaneen maksun {amount:money}.",
    ),
    "OwnershipTransferred": Said(
        "{contract} is run by {newOwner} from now on.",
        "Uusi ylläpitäjä: {newOwner}. Älysopimus {contract}.",
    ),
})  # fmt: skip
"""By contract and name of the function or event."""
