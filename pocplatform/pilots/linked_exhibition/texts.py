"""Names of spaces and works of the linked exhibition, in English and Finnish."""

from pocplatform.pilots.story import Text

TICKET = Text("Joint ticket: gallery and lobby", "Yhteislippu: galleria ja aula")
HALL = Text("Valosali, virtual gallery", "Valosali, virtuaaligalleria")
HALL_DESCRIPTION = Text(
    "A hall with eight walls to let. The joint ticket opens it.",
    "Sali, jossa on kahdeksan vuokrattavaa seinää. Sisään pääsee yhteislipulla.",
)
LOBBY = Text("Virtual lobby of the hotel", "Hotellin virtuaaliaula")
LOBBY_DESCRIPTION = Text(
    "The lobby as guests know it, with two niches for works of art.",
    "Vieraille tuttu aula, jossa on kaksi syvennystä taideteoksille.",
)
WALL = Text("Wall 2, 6 metres", "Seinä 2, 6 metriä")
NICHE = Text("Niche by the fireplace", "Syvennys takan vieressä")
WORKS = {"rime": Text("Rime", "Kuura"), "thaw": Text("Thaw", "Suoja")}
WORK_DESCRIPTION = Text(
    "Light sculpture for virtual spaces, one copy.", "Valoveistos virtuaalitiloihin, yksi kappale."
)
WALL_UNTIL = Text("Wall rented until", "Seinän vuokra päättyy")
NOW_IN = Text("The collector is now in", "Keräilijä on nyt täällä")
WORKS_WITH = Text("Works brought along", "Mukana teoksia")
