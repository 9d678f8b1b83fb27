"""Every sentence of the demo as a guided story, in English and Finnish."""

from pocplatform.pilots.story import Text

STORY_TITLE = Text(
    "A virtual showroom for a holiday village",
    "Virtuaalinen esittelytila lomakylälle",
)
SUMMARY = Text(
    "A holiday village orders a virtual showroom from a workshop that it has never met. They "
    "prove who they are, agree on the work, and pay as the work is accepted.",
    "Lomakylä tilaa virtuaalisen esittelytilan pajalta, jota se ei ennestään tunne. Yritykset "
    "osoittavat, keitä ne ovat, sopivat työstä ja maksavat sitä mukaa kuin työ hyväksytään.",
)
CUSTOMER = Text("customer", "asiakas")
PROVIDER = Text("provider", "toimittaja")

TITLE = Text("Virtual showroom of a holiday village", "Lomakylän virtuaalinen esittelytila")
DOCUMENT = Text(
    "{provider} builds a virtual showroom of the holiday village of {customer}. Visitors walk "
    "through it in a browser.\n"
    "\n"
    "1. 3D model of the village: 1,200.00 tEUR.\n"
    "2. Opening of the showroom: 800.00 tEUR.\n"
    "\n"
    "The price is paid into escrow when work begins. Each milestone is paid to the provider when "
    "the customer accepts it.\n"
    "\n"
    "This is test data; it binds nobody.",
    "{provider} rakentaa virtuaalisen esittelytilan lomakylästä, jonka omistaa {customer}. "
    "Vierailijat kulkevat siellä selaimella.\n"
    "\n"
    "1. Kylän 3D-malli: 1 200,00 tEUR.\n"
    "2. Esittelytilan avaaminen: 800,00 tEUR.\n"
    "\n"
    "Hinta maksetaan sulkutilille, kun työ alkaa. Kukin välitavoite maksetaan toimittajalle, kun "
    "asiakas hyväksyy sen.\n"
    "\n"
    "Tämä on testitietoa; se ei sido ketään.",
)
MILESTONES = (
    Text("3D model of the village", "Kylän 3D-malli"),
    Text("Opening of the showroom", "Esittelytilan avaaminen"),
)
EVIDENCE = (
    Text(
        "The model, with 14 cabins, is in the shared space.",
        "Malli, jossa on 14 mökkiä, on yhteisessä tilassa.",
    ),
    Text(
        "The showroom is open; 25 visitors were in it at the same time.",
        "Esittelytila on avoinna; siellä oli 25 vierailijaa samaan aikaan.",
    ),
)

STEPS: dict[str, dict[str, Text]] = {
    "identities": {
        "short": Text("Identities", "Identiteetit"),
        "title": Text("Two companies get a digital identity", "Kaksi yritystä saa identiteetin"),
        "before": Text(
            "{customer} and {provider} have never met. Before they do business online, each needs "
            "a name that only it can sign with. You now enter both in the public register.",
            "{customer} ja {provider} eivät ole koskaan tavanneet. Ennen kuin ne asioivat "
            "verkossa, "
            "kumpikin tarvitsee tunnisteen, jolla vain se itse voi allekirjoittaa. Seuraavaksi "
            "merkitset molemmat julkiseen rekisteriin.",
        ),
        "button": Text("Register both companies", "Rekisteröi molemmat yritykset"),
        "after": Text(
            "Both companies are in the register. Anybody can look up the key of either, and so "
            "tell whether a signature is really theirs.",
            "Molemmat yritykset ovat rekisterissä. Kuka tahansa voi hakea kummankin avaimen ja "
            "tarkistaa sillä, onko allekirjoitus aito.",
        ),
        "why": Text(
            "A register that one company keeps must be believed. This one is kept by many, and "
            "nobody can change an entry but the one whose name it is.",
            "Yhden yrityksen pitämään rekisteriin pitää vain luottaa. Tätä rekisteriä pitää moni, "
            "eikä merkintää voi muuttaa kukaan muu kuin se, jonka tunniste on kyseessä.",
        ),
    },
    "credential": {
        "short": Text("Credential", "Todistus"),
        "title": Text("The provider proves who it is", "Toimittaja osoittaa, kuka se on"),
        "before": Text(
            "Anybody can call themselves {provider}. So the provider asks the business register "
            "for a credential that says which company is behind its name.",
            "Kuka tahansa voi esiintyä nimellä {provider}. Siksi toimittaja pyytää "
            "yritysrekisteriltä "
            "todistuksen siitä, mikä yritys tunnisteen takana on.",
        ),
        "button": Text("Ask for the credential", "Pyydä todistus"),
        "after": Text(
            "The register has signed the credential, and the customer has checked it, question by "
            "question. A copy with another company's name was tried too.",
            "Rekisteri allekirjoitti todistuksen, ja asiakas tarkisti sen kohta kohdalta. "
            "Kokeeksi tarkistettiin myös kopio, johon oli vaihdettu toisen yrityksen nimi.",
        ),
        "why": Text(
            "The provider shows the credential itself, and nobody has to phone the register. Only "
            "its fingerprint is on the blockchain: enough to see that it is genuine and has not "
            "been revoked, too little to read it.",
            "Toimittaja näyttää todistuksen itse, eikä kenenkään tarvitse soittaa rekisteriin. "
            "Lohkoketjussa on vain tiiviste: siitä näkee, että todistus on aito eikä sitä ole "
            "peruutettu, mutta sen sisältöä siitä ei voi lukea.",
        ),
    },
    "money": {
        "short": Text("Test money", "Testiraha"),
        "title": Text("The customer gets test money", "Asiakas saa testirahaa"),
        "before": Text(
            "The showroom has to be paid for. {customer} takes 3,000 test euros, which look like "
            "money here and are worth nothing.",
            "Esittelytilasta on maksettava. {customer} ottaa 3 000 testieuroa, jotka toimivat "
            "täällä kuin raha mutta ovat arvottomia.",
        ),
        "button": Text("Get test money", "Ota testirahaa"),
        "after": Text(
            "The money is in the customer's account.",
            "Raha on asiakkaan tilillä.",
        ),
        "why": Text(
            "Money on a blockchain can be held and passed on by a program, which does exactly what "
            "both sides have signed. That makes the next steps possible.",
            "Lohkoketjussa olevaa rahaa voi pitää hallussaan ja siirtää ohjelma, joka tekee "
            "täsmälleen sen, minkä molemmat ovat allekirjoittaneet. Siihen seuraavat vaiheet "
            "perustuvat.",
        ),
    },
    "draft": {
        "short": Text("Draft", "Luonnos"),
        "title": Text("The customer writes the agreement", "Asiakas laatii sopimuksen"),
        "before": Text(
            "{customer} writes down what it wants: two milestones, each with its price. It also "
            "asks that the provider shows its credential.",
            "{customer} kirjaa, mitä se haluaa: kaksi välitavoitetta, joilla on kummallakin "
            "hintansa. "
            "Lisäksi se edellyttää, että toimittaja esittää todistuksensa.",
        ),
        "button": Text("Draft the agreement", "Laadi sopimus"),
        "after": Text(
            "This is the document, and its fingerprint below. Change one letter, and the "
            "fingerprint is another one.",
            "Tässä on asiakirja ja sen alla asiakirjan tiiviste. Jos yksikin kirjain muuttuu, "
            "tiiviste on toinen.",
        ),
        "why": Text(
            "Nothing is on the blockchain yet. The document stays with the two companies; later "
            "only its fingerprint is recorded, so that neither can say it read otherwise.",
            "Lohkoketjussa ei ole vielä mitään. Asiakirja jää yritysten välille; myöhemmin "
            "kirjataan vain sen tiiviste, jolloin kumpikaan ei voi väittää tekstin olleen toinen.",
        ),
    },
    "sign": {
        "short": Text("Signature", "Allekirjoitus"),
        "title": Text("The customer signs", "Asiakas allekirjoittaa"),
        "before": Text(
            "You are {customer}. Read the agreement once more, then sign it.",
            "Olet nyt {customer}. Lue sopimus vielä kerran ja allekirjoita se.",
        ),
        "button": Text("Sign as the customer", "Allekirjoita asiakkaana"),
        "after": Text(
            "The customer's signature is under the agreement. It holds for this text only.",
            "Sopimuksessa on asiakkaan allekirjoitus. Se pätee vain tähän tekstiin.",
        ),
        "why": Text(
            "The signature is made with the key from the register. Copying it under another text "
            "does not work: there it does not fit the fingerprint.",
            "Allekirjoitus tehdään rekisteriin merkityllä avaimella. Sitä ei voi kopioida toisen "
            "tekstin alle, koska se ei sovi sen tiivisteeseen.",
        ),
    },
    "countersign": {
        "short": Text("In force", "Voimaan"),
        "title": Text(
            "The provider signs, and it is in force",
            "Toimittaja allekirjoittaa ja sopimus tulee voimaan",
        ),
        "before": Text(
            "Now you are {provider}. You check that the fingerprint is that of the text, sign, and "
            "show your credential.",
            "Nyt olet {provider}. Tarkistat, että tiiviste vastaa tekstiä, allekirjoitat ja esität "
            "todistuksesi.",
        ),
        "button": Text("Sign as the provider", "Allekirjoita toimittajana"),
        "after": Text(
            "Both signatures and the credential were checked by the smart contract. The agreement "
            "is in force.",
            "Älysopimus tarkisti molemmat allekirjoitukset ja todistuksen. Sopimus on voimassa.",
        ),
        "why": Text(
            "One entry now says: these two, this text, these prices, this day. Neither side keeps "
            "that entry alone, so neither can lose it or change it.",
            "Yksi kirjaus kertoo nyt: nämä kaksi, tämä teksti, nämä hinnat, tämä päivä. Kirjaus ei "
            "ole vain toisen hallussa, joten kumpikaan ei voi hukata tai muuttaa sitä.",
        ),
    },
    "fund": {
        "short": Text("Escrow", "Sulkutili"),
        "title": Text("The customer pays into escrow", "Asiakas maksaa sulkutilille"),
        "before": Text(
            "{customer} does not want to pay before it has seen anything, and {provider} does not "
            "want to work before it knows that there is money. So the money goes into escrow.",
            "{customer} ei halua maksaa ennen kuin on nähnyt jotain, eikä {provider} halua "
            "aloittaa "
            "ennen kuin tietää rahan olevan olemassa. Siksi raha menee sulkutilille.",
        ),
        "button": Text("Pay into escrow", "Maksa sulkutilille"),
        "after": Text(
            "The smart contract holds the money, and both can see it.",
            "Raha on älysopimuksen hallussa, ja molemmat näkevät sen.",
        ),
        "why": Text(
            "No bank and no lawyer holds the money, but a program that knows two things only: pay "
            "out what is accepted, and give back what is not delivered.",
            "Rahaa ei pidä pankki eikä asianajaja vaan ohjelma, joka osaa vain kaksi asiaa: maksaa "
            "sen, mikä hyväksytään, ja palauttaa sen, mitä ei toimiteta.",
        ),
    },
    "deliver": {
        "short": Text("Delivery", "Toimitus"),
        "title": Text("The provider delivers the 3D model", "Toimittaja toimittaa 3D-mallin"),
        "before": Text(
            "You are {provider}. The model is ready: say so, with a note of what the customer "
            "finds where.",
            "Olet {provider}. Malli on valmis: ilmoita siitä ja kerro, mistä asiakas löytää sen.",
        ),
        "button": Text("Deliver the model", "Toimita malli"),
        "after": Text(
            "The delivery is recorded with its time. Now the customer has its time to look at it.",
            "Toimitus on kirjattu kellonaikoineen. Nyt asiakkaalla on aikaa tarkastaa se.",
        ),
        "why": Text(
            "Who delivered when is often what is quarrelled about. Here the time is the "
            "blockchain's, not that of either side.",
            "Usein kiistellään siitä, mitä toimitettiin ja milloin. Tässä ajankohta on "
            "lohkoketjun, ei kummankaan osapuolen.",
        ),
    },
    "accept": {
        "short": Text("Acceptance", "Hyväksyntä"),
        "title": Text(
            "The customer accepts, the provider is paid",
            "Asiakas hyväksyy ja toimittaja saa maksun",
        ),
        "before": Text(
            "You are {customer}, and you like the model. When you accept it, the provider is paid "
            "in the same moment.",
            "Olet {customer} ja tyytyväinen malliin. Kun hyväksyt sen, toimittaja saa maksun "
            "samalla "
            "hetkellä.",
        ),
        "button": Text("Accept and pay", "Hyväksy ja maksa"),
        "after": Text(
            "The smart contract paid the first milestone from escrow, without an invoice and "
            "without waiting.",
            "Älysopimus maksoi ensimmäisen välitavoitteen sulkutililtä ilman laskua ja ilman "
            "odottelua.",
        ),
        "why": Text(
            "Acceptance and payment are one entry: there is no accepted work that is not paid, and "
            "no payment without accepted work.",
            "Hyväksyntä ja maksu ovat yksi ja sama kirjaus: hyväksyttyä työtä ei jää maksamatta, "
            "eikä mitään makseta ilman hyväksyttyä työtä.",
        ),
    },
    "rest": {
        "short": Text("Completion", "Valmis"),
        "title": Text(
            "The showroom opens, and all is paid", "Esittelytila avataan ja kaikki on maksettu"
        ),
        "before": Text(
            "The second milestone goes the same way: {provider} opens the showroom, {customer} "
            "accepts.",
            "Toinen välitavoite etenee samoin: {provider} avaa esittelytilan ja {customer} "
            "hyväksyy "
            "sen.",
        ),
        "button": Text("Deliver and accept the rest", "Toimita ja hyväksy loput"),
        "after": Text(
            "The agreement is completed, and escrow is empty. What left the customer is what the "
            "provider has.",
            "Sopimus on täytetty ja sulkutili on tyhjä. Asiakkaalta lähtenyt raha on nyt "
            "toimittajalla.",
        ),
        "why": Text(
            "On a public network, both could still show years later who agreed on what, when it "
            "was delivered and that it was paid, even if the service that they used were gone.",
            "Julkisessa verkossa molemmat voisivat vielä vuosien kuluttua osoittaa, kuka sopi "
            "mistäkin, milloin se toimitettiin ja että se maksettiin, vaikka käytettyä palvelua ei "
            "enää olisi.",
        ),
    },
}
