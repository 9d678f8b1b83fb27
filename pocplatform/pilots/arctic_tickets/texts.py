"""What stands in the papers of the arctic evening, in English and Finnish."""

from pocplatform.pilots.story import Text

PROGRAMME = Text(
    "Snowshoes and northern lights, five hours: transfer, guide, equipment, dinner by the fire. "
    "In a storm (wind above 20 m/s) or below −35 °C the evening is off, and all is refunded.",
    "Lumikenkäilyä ja revontulia, viisi tuntia: kuljetus, opas, varusteet ja illallinen kodassa. "
    "Myrskyssä (tuuli yli 20 m/s) tai alle −35 °C:n pakkasessa ilta perutaan ja maksut "
    "palautetaan.",
)
SEATS = Text("Tickets", "Lippuja")
TICKET_PRICE = Text("Price of a ticket", "Lipun hinta")
HIGHEST_PRICE = Text("Resale at most", "Jälleenmyynti enintään")
SOURCE = Text("Source compared with the chain", "Lähdekoodi verrattu ketjuun")
GROUP_PLACE = Text("Place in a group, snowshoes and northern lights", "Ryhmäpaikka, revontuli-ilta")
TOUR_LINE = Text(
    "Guided tour with equipment (reverse charge, Article 196)",
    "Opastettu retki varusteineen (käännetty verovelvollisuus, 196 artikla)",
)
DINNER_LINE = Text("Dinner by the fire", "Illallinen kodassa")
TRANSFER_LINE = Text("Transfer by bus, both ways", "Linja-autokuljetus, edestakainen")
INVOICE_NOTE = Text(
    "Group of 14, one departure. Cancelled by weather: what was not supplied is refunded.",
    "14 hengen ryhmä, yksi lähtö. Jos sää estää lähdön, toimittamatta jäänyt osuus palautetaan.",
)
VAT_OF_INVOICE = Text("VAT of the invoice", "Laskun arvonlisävero")
REFERENCE = Text("Payment reference", "Maksun viite")
WIND = Text("Wind in gusts", "Tuuli puuskissa")
