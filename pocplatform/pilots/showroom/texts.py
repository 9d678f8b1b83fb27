"""What the showroom's agreement says, in English and Finnish."""

from pocplatform.pilots.shown import Text

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
