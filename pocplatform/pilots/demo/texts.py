"""Every sentence of the demo, in English and Finnish, in one place."""

from typing import Any, Literal

from pocplatform.pilots.wording import money

Language = Literal["en", "fi"]

NAMES = {
    "company": "Oulun Virtuaalipaja Oy (testi)",
    "customer": "Lapin Lomakylät Oy (testi)",
    "arbiter": "Pohjoisen sovittelu Oy (testi)",
    "issuer": "Testirekisteri Oy (testi)",
}
"""The invented organizations of the demo."""

CREDENTIAL_TYPE = "TestCompanyRegistration"

# name: (English, Finnish). Placeholders are the same in both; a test sees to it.
TEXTS: dict[str, tuple[str, str]] = {
    # Steps
    "chain.title": (
        "The sandbox and its blockchain answer",
        "Hiekkalaatikko ja lohkoketju vastaavat",
    ),
    "chain.detail": (
        "Everything from here on is test data and test money on this chain.",
        "Kaikki tästä eteenpäin on testitietoa ja testirahaa tässä ketjussa.",
    ),
    "signup.title": ("Four organizations sign up", "Neljä organisaatiota liittyy mukaan"),
    "signup.detail": (
        "Each gets a secret key, an account on the chain and a test business ID, whose check "
        "digit was calculated again here.",
        "Kukin saa salaisen avaimen, tilin lohkoketjussa ja testi-Y-tunnuksen, jonka "
        "tarkistusnumero laskettiin tässä uudelleen.",
    ),
    "identities.title": (
        "Their digital identities are registered",
        "Niiden digitaaliset identiteetit rekisteröidään",
    ),
    "identities.detail": (
        "Each publishes its public key under its identifier (DID) in the registry on the chain. "
        "Anybody can look it up and check its signatures.",
        "Kukin julkaisee julkisen avaimensa tunnisteensa (DID) alla lohkoketjun rekisterissä. "
        "Kuka tahansa voi hakea sen ja tarkistaa allekirjoitukset.",
    ),
    "accredit.title": (
        "The organisers trust an issuer",
        "Järjestäjät hyväksyvät todistusten myöntäjän",
    ),
    "accredit.detail": (
        "{issuer} may from now on issue credentials of the type {type}.",
        "{issuer} saa tästä lähtien myöntää todistuksia, joiden tyyppi on {type}.",
    ),
    "credential.title": ("The company gets a credential", "Yritys saa todistuksen"),
    "credential.detail": (
        "{issuer} confirms who {company} is. Only a fingerprint of the credential is on the "
        "chain; each check below was made on its own.",
        "{issuer} vahvistaa, kuka {company} on. Lohkoketjussa on vain todistuksen tiiviste; "
        "jokainen alla oleva tarkistus tehtiin erikseen.",
    ),
    "money.title": ("The customer gets test money", "Asiakas saa testirahaa"),
    "money.detail": (
        "{amount}, test euros that are worth nothing, go into the account of {customer}.",
        "{amount} arvotonta testirahaa siirtyy tilille, jonka omistaa {customer}.",
    ),
    "agreement.title": (
        "The first agreement: signed by both and in force",
        "Ensimmäinen sopimus: molempien allekirjoittama ja voimassa",
    ),
    "agreement.detail": (
        "“{title}”. The fingerprint of the terms was calculated again here and is the one that "
        "both signed. The contract asked the company for its credential, and accepted it.",
        "”{title}”. Ehtojen tiiviste laskettiin tässä uudelleen, ja se on sama, jonka molemmat "
        "allekirjoittivat. Sopimus vaati yritykseltä todistuksen ja hyväksyi sen.",
    ),
    "fund.title": ("The customer pays into escrow", "Asiakas maksaa sulkutilille"),
    "fund.detail": (
        "The contract on the chain now holds the money, and both can see it: the company is paid "
        "when its work is accepted, and the customer gets back what is not delivered.",
        "Raha on nyt lohkoketjun sopimuksen hallussa ja molempien nähtävissä: yritys saa maksun, "
        "kun työ hyväksytään, ja asiakas saa takaisin sen, mitä ei toimiteta.",
    ),
    "milestone.title": (
        "Milestone {number} is delivered and accepted",
        "Välitavoite {number} toimitetaan ja hyväksytään",
    ),
    "milestone.detail": (
        "“{title}”: as soon as the customer accepted, the contract paid the company.",
        "”{title}”: heti kun asiakas hyväksyi, sopimus maksoi yritykselle.",
    ),
    "dispute.title": ("A second agreement ends in a dispute", "Toinen sopimus päätyy riitaan"),
    "dispute.detail": (
        "“{title}” was signed, funded and delivered, but the customer does not accept the "
        "delivery. The money stays in escrow.",
        "”{title}” allekirjoitettiin, maksettiin sulkutilille ja toimitettiin, mutta asiakas ei "
        "hyväksy toimitusta. Raha pysyy sulkutilillä.",
    ),
    "ruling.title": ("The arbiter settles the dispute", "Välimies ratkaisee riidan"),
    "ruling.detail": (
        "{arbiter} gives the company {payee} % and the customer {payer} % back.",
        "{arbiter} antaa yritykselle {payee} % ja palauttaa asiakkaalle {payer} %.",
    ),
    "accounts.title": ("The books balance", "Kirjat täsmäävät"),
    "accounts.title_bad": ("The books do not balance", "Kirjat eivät täsmää"),
    "accounts.detail": (
        "Read from the chain: what left the customer is what reached the company plus what is in "
        "escrow.",
        "Lohkoketjusta luettuna: asiakkaalta lähtenyt raha on yritykselle tullut raha ja "
        "sulkutilillä oleva raha yhteensä.",
    ),
    # Labels
    "label.chain_id": ("Chain", "Ketju"),
    "label.block": ("Newest block", "Uusin lohko"),
    "label.contracts": ("Smart contracts", "Älysopimukset"),
    "label.gas": ("Gas used", "Kaasua käytetty"),
    "label.credential_digest": ("Fingerprint of the credential", "Todistuksen tiiviste"),
    "label.document_hash": ("Fingerprint of the terms", "Ehtojen tiiviste"),
    "label.agreement_hash": ("Agreement on the chain", "Sopimus lohkoketjussa"),
    "label.state": ("State on the chain", "Tila lohkoketjussa"),
    "label.escrow": ("In escrow for these two", "Sulkutilillä näiden kesken"),
    "label.escrow_contract": ("Escrow contract, all agreements", "Sulkutili, kaikki sopimukset"),
    "label.forgery": ("A forged copy", "Väärennetty kopio"),
    "label.left_payers": ("Left the customer", "Lähti asiakkaalta"),
    "label.reached_payees": ("Reached the company", "Tuli yritykselle"),
    "label.transactions": ("Transactions", "Tapahtumia"),
    "label.events": ("Events", "Ilmoituksia"),
    # Values
    "value.check_digit_ok": (
        "{business_id}, check digit right",
        "{business_id}, tarkistusnumero oikein",
    ),
    "value.check_digit_wrong": (
        "{business_id}, check digit wrong",
        "{business_id}, tarkistusnumero väärin",
    ),
    "value.ok": ("in order", "kunnossa"),
    "value.not_ok": ("not in order", "ei kunnossa"),
    "value.refused": ("is refused", "hylätään"),
    "value.not_refused": ("is not refused", "ei tule hylätyksi"),
    # Checks of a credential
    "check.signature": ("Signed by the issuer", "Myöntäjän allekirjoittama"),
    "check.issuer_trusted": (
        "Issuer is trusted for this type",
        "Myöntäjällä on oikeus tähän tyyppiin",
    ),
    "check.anchored": ("Recorded on the chain", "Kirjattu lohkoketjuun"),
    "check.not_revoked": ("Not revoked", "Ei peruutettu"),
    "check.not_suspended": ("Not suspended", "Ei keskeytetty"),
    "check.in_validity_period": ("Valid now", "Voimassa nyt"),
    "check.subject": ("About the right subject", "Koskee oikeaa kohdetta"),
    # States of the contract
    "state.active": ("in force", "voimassa"),
    "state.completed": ("completed", "päättynyt, kaikki suoritettu"),
    "state.terminated": ("terminated", "purettu"),
    "state.expired": ("expired", "rauennut"),
    "state.unfunded": ("not funded", "ei maksettu sulkutilille"),
    "state.funded": ("in escrow", "sulkutilillä"),
    "state.delivered": ("delivered", "toimitettu"),
    "state.disputed": ("disputed", "riidanalainen"),
    "state.paid": ("paid", "maksettu"),
    "state.resolved": ("settled by the arbiter", "välimiehen ratkaisema"),
    "state.refunded": ("refunded", "palautettu"),
    "state.cancelled": ("cancelled", "peruttu"),
    # What the demo writes into the agreements
    "terms.first.title": (
        "Virtual showroom of a holiday village",
        "Lomakylän virtuaalinen esittelytila",
    ),
    "terms.first.document": (
        "{company} builds {customer} a virtual showroom of its holiday village, which visitors "
        "walk through in a browser.\n"
        "1. 3D model of the village, {first}.\n"
        "2. Opening of the showroom, {second}.\n"
        "Each milestone is paid from escrow when the customer accepts it. Disputes are settled "
        "by {arbiter}. This is test data; it binds nobody.",
        "{company} rakentaa asiakkaalle ({customer}) lomakylän virtuaalisen esittelytilan, jossa "
        "vierailijat kulkevat selaimella.\n"
        "1. Kylän 3D-malli, {first}.\n"
        "2. Esittelytilan avaaminen, {second}.\n"
        "Kukin vaihe maksetaan sulkutililtä, kun asiakas hyväksyy sen. Riidat ratkaisee "
        "{arbiter}. Tämä on testitietoa; se ei sido ketään.",
    ),
    "terms.first.milestone1": ("3D model of the village", "Kylän 3D-malli"),
    "terms.first.milestone2": ("Opening of the showroom", "Esittelytilan avaaminen"),
    "terms.first.evidence1": (
        "The model, with 14 cabins, is in the shared space.",
        "Malli, jossa on 14 mökkiä, on yhteisessä tilassa.",
    ),
    "terms.first.evidence2": (
        "The showroom is open; 25 visitors were in it at the same time.",
        "Esittelytila on avoinna; siellä oli 25 vierailijaa samaan aikaan.",
    ),
    "terms.second.title": ("Guided tour in three languages", "Opastettu kierros kolmella kielellä"),
    "terms.second.document": (
        "{company} adds a guided tour in three languages to the showroom of {customer}, for "
        "{first}. Disputes are settled by {arbiter}. This is test data; it binds nobody.",
        "{company} lisää asiakkaan ({customer}) esittelytilaan opastetun kierroksen kolmella "
        "kielellä, hinta {first}. Riidat ratkaisee {arbiter}. Tämä on testitietoa; se ei sido "
        "ketään.",
    ),
    "terms.second.milestone1": ("Guided tour", "Opastettu kierros"),
    "terms.second.evidence": (
        "The tour is in the showroom in Finnish and English.",
        "Kierros on esittelytilassa suomeksi ja englanniksi.",
    ),
    "terms.second.reason": ("The third language is missing.", "Kolmas kieli puuttuu."),
    "terms.second.ruling": (
        "Two languages of three work, and the third was begun: 60 percent are due.",
        "Kaksi kieltä kolmesta toimii ja kolmas on aloitettu: maksettavaa on 60 prosenttia.",
    ),
    # What did not come out as it should
    "problem.check_digit": (
        "The business ID {business_id} has a wrong check digit.",
        "Y-tunnuksen {business_id} tarkistusnumero on väärin.",
    ),
    "problem.did": (
        "The DID {did} does not resolve to an identity with a key.",
        "Tunniste {did} ei johda identiteettiin, jolla on avain.",
    ),
    "problem.credential": ("The credential is not valid.", "Todistus ei ole voimassa."),
    "problem.forgery": (
        "A forged credential was taken for valid.",
        "Väärennettyä todistusta pidettiin aitona.",
    ),
    "problem.document": (
        "The terms of {agreement} do not have the fingerprint that was signed.",
        "Sopimuksen {agreement} ehdoilla ei ole allekirjoitettua tiivistettä.",
    ),
    "problem.state": (
        "{agreement} is {found}; it should be {expected}.",
        "{agreement} on tilassa {found}; pitäisi olla {expected}.",
    ),
    "problem.balance": (
        "{name} has {found}; it should have {expected}.",
        "{name}: saldo on {found}; pitäisi olla {expected}.",
    ),
    "problem.conservation": (
        "Money was lost or made: {difference} units of 10⁻⁶ tEUR.",
        "Rahaa katosi tai syntyi: {difference} yksikköä (10⁻⁶ tEUR).",
    ),
}


class Words:
    """The demo's sentences in one language."""

    def __init__(self, language: str) -> None:
        self.language: Language = "fi" if language == "fi" else "en"

    def __call__(self, name: str, **values: Any) -> str:
        """A sentence with its values."""
        text = TEXTS[name][1 if self.language == "fi" else 0]
        return text.format(**values) if values else text

    def named(self, kind: str, name: str) -> str:
        """The word for a state or check; the name itself where there is none."""
        return self(f"{kind}.{name}") if f"{kind}.{name}" in TEXTS else name

    def euros(self, cents: int) -> str:
        """Cents as people write them: ``1,250.00 tEUR``, in Finnish ``1 250,00 tEUR``."""
        return money(cents).render(self.language).replace(" ", "\u00a0")

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return f"{value:,}".replace(",", "\u00a0") if self.language == "fi" else f"{value:,}"
