"""What goes into the documents of the pilot, and what its facts are called."""

from pocplatform.pilots.story import Text

SPLIT_OF_FIVE = Text("Virtual spa village, five companies", "Virtuaalikylpylä, viisi yritystä")
SPLIT_OF_FOUR = Text("Virtual spa village, four companies", "Virtuaalikylpylä, neljä yritystä")
TITLE = Text("Virtual spa village", "Virtuaalinen kylpyläkylä")
DOCUMENT = Text(
    "{lead} delivers to {customer} a virtual spa village, together with its partners: {models} "
    "(3D models), {sound} (soundscapes), {network} (servers and connections) and {training} "
    "(training of the staff).\n"
    "\n"
    "1. Village modelled and shown: 8,000.00 tEUR.\n"
    "2. Opening to guests: 6,000.00 tEUR.\n"
    "3. Upkeep for a season: 4,000.00 tEUR.\n"
    "\n"
    "The lead answers to the customer for the whole. All income goes to the joint split account "
    "and is divided: lead 30 %, models 30 %, sound 15 %, network 15 %, training 10 %. What was "
    "divided stays divided, also if a partner leaves. A change needs everybody's signature.\n"
    "\n"
    "This is test data; it binds nobody.",
    "{lead} toimittaa asiakkaalle {customer} virtuaalisen kylpyläkylän yhdessä kumppaneidensa "
    "kanssa: {models} (3D-mallit), {sound} (äänimaisemat), {network} (palvelimet ja yhteydet) ja "
    "{training} (henkilöstön koulutus).\n"
    "\n"
    "1. Kylän mallinnus ja esittely: 8 000,00 tEUR.\n"
    "2. Avaaminen vieraille: 6 000,00 tEUR.\n"
    "3. Ylläpito kauden ajan: 4 000,00 tEUR.\n"
    "\n"
    "Vetäjä vastaa asiakkaalle kokonaisuudesta. Kaikki tulot ohjataan yhteiselle tulonjakotilille "
    "ja jaetaan: vetäjä 30 %, mallit 30 %, äänet 15 %, verkko 15 %, koulutus 10 %. Jaettu pysyy "
    "jaettuna, vaikka kumppani lähtisi. Muutos vaatii kaikkien allekirjoituksen.\n"
    "\n"
    "Tämä on testitietoa; se ei sido ketään.",
)
MILESTONES = (
    Text("Village modelled and shown", "Kylän mallinnus ja esittely"),
    Text("Opening to guests", "Avaaminen vieraille"),
    Text("Upkeep for a season", "Ylläpito kauden ajan"),
)
EVIDENCE = (
    Text(
        "The village with its four pools was shown to the staff.",
        "Kylä ja sen neljä allasta on esitelty henkilöstölle.",
    ),
    Text(
        "Open to guests; the sounds come from a bought library.",
        "Avattu vieraille; äänet ovat ostetusta kirjastosta.",
    ),
)
LEAVING = Text(
    "{sound} gives up its business and leaves. Its part is taken over by {lead} with bought "
    "sounds. From now on income is divided: lead 35 %, models 35 %, network 18 %, training 12 %. "
    "What {sound} has got stays its own. The opening moves by this; for each begun day of delay "
    "1 % of its price goes back to the customer, at most 5 %.",
    "{sound} lopettaa toimintansa ja jää pois hankkeesta. Sen osuuden hoitaa {lead} ostetuilla "
    "äänillä. Tästä lähtien tulot jaetaan: vetäjä 35 %, mallit 35 %, verkko 18 %, koulutus 12 %. "
    "Jo saamansa osuuden {sound} pitää. Avaaminen siirtyy tämän vuoksi; jokaiselta alkavalta "
    "viivästyspäivältä asiakkaalle palautuu 1 % hinnasta, enintään 5 %.",
)
ENDING = Text(
    "The spa closes for a renovation in mid-season. Half of the upkeep is paid.",
    "Kylpylä suljetaan remontin ajaksi kesken kauden. Ylläpidosta maksetaan puolet.",
)

LEAD_ALONE = Text(
    "The lead puts the amendment in force without the others",
    "Vetäjä panee muutoksen voimaan ilman muita",
)

ACCOUNT = Text("The joint split account", "Yhteinen tulonjakotili")
SIGNED = Text("Signatures under the agreement", "Allekirjoituksia sopimuksessa")
MISSING = Text("Signatures that were missing", "Puuttuneita allekirjoituksia")
REVISION = Text("Version of the agreement in force", "Voimassa oleva sopimusversio")
NEW_HASH = Text("Hash of the amended terms", "Muutettujen ehtojen tiiviste")
LATE_BACK = Text("Back to the customer for lateness", "Asiakkaalle palautui viivästyksestä")

AMENDED = Text("All have signed one amendment", "Kaikki ovat allekirjoittaneet yhden muutoksen")
TERMINATED = Text("The agreement was ended by all", "Kaikki ovat yhdessä purkaneet sopimuksen")
TERMS = Text("The terms in force are the amended ones", "Voimassa ovat muutetut ehdot")
HAS = Text("{who} has {amount} in the end", "{who}: tilillä lopuksi {amount}")
SPLITS_EMPTY = Text("Nothing lies on the joint accounts", "Yhteisillä tileillä ei ole rahaa")
