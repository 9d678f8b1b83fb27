"""What each hand writes into the passport, in both languages. Every number is invented."""

from pocplatform.pilots.story import Text

LOT = Text("Sawn timber, lot 26-117", "Sahatavara, erä 26-117")
ELEMENT = Text("Cross-laminated timber panel KRE-0417", "CLT-levy KRE-0417")

TIMBER = Text(
    "Sawn timber for panels, lot 26-117. Spruce, 4.2 m³. Strength class {grade} (EN 14081-1, EN "
    "338). Moisture 12 % ± 2. Felled in Northern Ostrobothnia, winter 2026; chain of custody "
    "TEST-COC-0001.",
    "Sahatavara levyihin, erä 26-117. Kuusi, 4,2 m³. Lujuusluokka {grade} (EN 14081-1, EN 338). "
    "Kosteus 12 % ± 2. Kaadettu Pohjois-Pohjanmaalla talvella 2026; alkuperäketju TEST-COC-0001.",
)
PANEL = Text(
    "Cross-laminated timber panel KRE-0417 of lot 26-117 (EN 16351). Five layers, 140 mm; 2.95 × "
    "6.00 m, 17.7 m², 2.48 m³. Polyurethane glue, type I (EN 15425). Lamellae C24. Stored carbon "
    "dioxide 1,785 kg (EN 16449).",
    "CLT-levy KRE-0417 erästä 26-117 (EN 16351). Viisi kerrosta, 140 mm; 2,95 × 6,00 m, 17,7 m², "
    "2,48 m³. Polyuretaaniliima, tyyppi I (EN 15425). Lamellit C24. Sitoutunut hiilidioksidi "
    "1 785 kg (EN 16449).",
)
INSTALLED = Text(
    "Panel KRE-0417 built in as an outer wall, house A, first floor, axis 3. Moisture at assembly "
    "13 %. Screws 8 × 240, no glued joints: can be taken apart. Kept under cover during the works.",
    "Levy KRE-0417 asennettu ulkoseinäksi, talo A, 1. kerros, moduulilinja 3. Kosteus "
    "asennettaessa 13 %. Ruuvit 8 × 240, ei liimasaumoja: purettavissa. Suojattuna työmaan ajan.",
)
SECOND_USE = Text(
    "Panel KRE-0417 taken down whole. Moisture 11 %, no rot, no insects. Two cuts for pipes at one "
    "end: usable 2.95 × 5.40 m, 15.93 m². Metal removed. Graded visually; to be reckoned as C18. "
    "Good for the walls of a store house.",
    "Levy KRE-0417 purettu ehjänä. Kosteus 11 %, ei lahoa eikä hyönteisiä. Toisessa päässä kaksi "
    "putkilovea: käyttökelpoista 2,95 × 5,40 m, 15,93 m². Metallit poistettu. Lajiteltu "
    "silmämäärin; lasketaan luokassa C18. Kelpaa varastorakennuksen seiniin.",
)
