"""What goes into the documents of the pilot, and what its facts are called."""

from pocplatform.pilots.story import Text

MANDATE = Text(
    "Solar power from {seller}, day by day by the meter operator's report",
    "Aurinkosähkö, myyjä {seller}, päivittäin mittauspalvelun ilmoituksen mukaan",
)
REASON = Text(
    "The ratio 50/5 of the bakery's current transformers was counted twice: its readings of the "
    "day were ten times too high. The fuse of 3 × 63 A lets no more than 10.9 kWh through in a "
    "quarter of an hour.",
    "Leipomon virtamuuntajien muuntosuhde 50/5 oli otettu huomioon kahteen kertaan: päivän lukemat "
    "olivat kymmenkertaiset. Pääsulake 3 × 63 A päästää vartissa läpi enintään 10,9 kWh.",
)

SELLER_REPORTS = Text("The seller reports the readings itself", "Myyjä ilmoittaa lukemat itse")
TOO_MUCH = Text(
    "Collecting from the bakery by the wrong reading",
    "Veloitus leipomolta väärän lukeman mukaan",
)

ADDRESS = Text("Address of the smart contract", "Älysopimuksen osoite")
MATCH = Text("Code on the chain is what the source gives", "Ketjun koodi vastaa lähdekoodia")
YES = {"en": "yes", "fi": "kyllä"}
BAKERY_TOOK = Text("The bakery's share, kWh", "Leipomon osuus, kWh")
GARAGE_TOOK = Text("The garage's share, kWh", "Korjaamon osuus, kWh")
TO_GRID = Text("Sold on to the grid, kWh", "Verkkoon syötetty, kWh")
READINGS_HASH = Text("Hash of the 96 readings of each meter", "96 vartin lukemien tiiviste")
HIGHEST = Text("The bakery's highest quarter of an hour, kWh", "Leipomon suurin vartti, kWh")
FUSE = Text("The most that its fuse lets through, kWh", "Sulakkeen läpi mahtuu enintään, kWh")
REVISION = Text("Version of the day's report", "Päivän ilmoituksen versio")

DAY_OWED = Text(
    "By the smart contract the buyers owe {amount} for day {day}",
    "Älysopimuksen mukaan ostajat maksavat päivältä {day} yhteensä {amount}",
)
CORRECTED = Text("Day 2 stands in its second version", "Päivä 2 on voimassa toisena versiona")
HASH_STANDS = Text(
    "The right readings have the recorded hash", "Oikeiden lukemien tiiviste on ketjussa"
)
PAID_BY = Text("{who} has paid {amount} altogether", "{who} on maksanut yhteensä {amount}")
OVEN = Text("Account of the oven control", "Uunin ohjauksen tili")
SHORT_PAYMENT = Text("Why too small a payment is not taken", "Miksi liian pientä maksua ei oteta")
NOT_THE_PRICE = Text("its amount is not the price", "sen summa on muu kuin hinta")
TOMORROW = Text("Forecast for tomorrow, kWh", "Huomisen ennuste, kWh")
OVEN_EMPTY = Text(
    "The oven control has spent all it was given", "Uunin ohjaus on käyttänyt kaiken saamansa"
)
FORECASTS_SOLD = Text(
    "The meter operator was paid for two forecasts",
    "Mittauspalvelu sai maksun kahdesta ennusteesta",
)
ALL_REDEEMED = Text("The seller has taken out all it got", "Myyjä on lunastanut kaiken saamansa")
MANDATE_ENDED = Text("The mandate is ended: {who}", "{who}: suoraveloitusvaltuutus on päättynyt")
