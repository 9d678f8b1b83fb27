"""The documents of the cluster's member, in both languages."""

from pocplatform.pilots.story import Text

TITLES = {
    "first": Text("first representative", "ensimmäinen edustaja"),
    "second": Text("second representative", "toinen edustaja"),
}
SCOPE = (
    Text("membership of the cluster", "klusterin jäsenyys"),
    Text("joint orders of the cluster", "klusterin yhteistilaukset"),
)
MEMBERSHIP = Text("Membership of the cluster, first year", "Klusterin jäsenyys, ensimmäinen vuosi")
MEMBERSHIP_TEXT = Text(
    "{member} joins {cluster} for a year. Entrance fee 100.00 tEUR, yearly fee 450.00 tEUR. The "
    "member takes part in joint offers under the cluster's rules. Its representative is named in "
    "the parties and signs as a witness; the mandate must hold when this comes into force.\n"
    "\n"
    "This is test data; it binds nobody.",
    "{member} liittyy vuodeksi jäseneksi. Klusteri on {cluster}. Liittymismaksu 100,00 tEUR, "
    "vuosimaksu 450,00 tEUR. Jäsen osallistuu yhteistarjouksiin klusterin sääntöjen mukaan. "
    "Jäsenen edustaja on nimetty osapuolissa ja allekirjoittaa todistajana; valtuutuksen on oltava "
    "voimassa, kun tämä tulee voimaan.\n"
    "\n"
    "Tämä on testitietoa; se ei sido ketään.",
)
ADMITTED = Text(
    "Entered in the list of members; the cluster's space is open to the member.",
    "Merkitty jäsenluetteloon; klusterin tila on jäsenelle auki.",
)
STAND = Text("Place at the cluster's joint stand", "Paikka klusterin yhteisosastolla")
STAND_TEXT = Text(
    "{member} takes a place of four square metres at the joint stand of {cluster}: 900.00 tEUR, "
    "with wall, power and listing in the catalogue. Its representative signs as a witness.\n"
    "\n"
    "This is test data; it binds nobody.",
    "{member} varaa neljän neliömetrin paikan yhteisosastolta. Osaston järjestää {cluster}. Hinta "
    "900,00 tEUR, johon sisältyvät seinä, sähkö ja näyttelyluettelo. Jäsenen edustaja "
    "allekirjoittaa todistajana.\n"
    "\n"
    "Tämä on testitietoa; se ei sido ketään.",
)
RESERVED = Text(
    "Place 14 is reserved; the entry in the catalogue is done.",
    "Paikka 14 on varattu; merkintä näyttelyluetteloon on tehty.",
)
FAILED = Text("The run has failed.", "Ajo epäonnistui.")
