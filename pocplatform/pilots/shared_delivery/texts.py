"""What goes into the documents of the pilot, and what its facts are called."""

from pocplatform.pilots.story import Text

PROOF = Text(
    "Waybill {number}: {goods}, seal whole, received by {receiver}, {time}.",
    "Rahtikirja {number}: {goods}, sinetti ehjä, vastaanottaja {receiver}, {time}.",
)
WINDOWS = Text("14 windows in 3 crates", "14 ikkunaa, 3 häkkiä")
FURNITURE = Text("22 beds, flat-packed, on 9 pallets", "22 sänkyä osina, 9 lavaa")
SITE = Text("building site", "työmaa")
HOTEL = Text("hotel", "hotelli")

CARRIER_CONFIRMS = Text(
    "The carrier confirms its own delivery", "Kuljetusyritys vahvistaa oman toimituksensa"
)
TWICE = Text("The same drop is booked twice", "Sama toimitus varataan toiseen kertaan")

ADDRESS = Text("Address of the smart contract", "Älysopimuksen osoite")
PER_HOUR = Text("Taken off for each begun hour, %", "Vähennys alkavalta tunnilta, %")
STATED = Text("The carrier's time", "Kuljetusyrityksen ilmoittama aika")
RECEIVED = Text("The receiver's time", "Vastaanottajan ilmoittama aika")
PROMISED = Text("Promised by", "Luvattu viimeistään")
HOURS_LATE = Text("Begun hours of lateness", "Myöhässä alkavia tunteja")
PROOF_HASH = Text("Hash of the proof of delivery", "Toimituksen kuittauksen tiiviste")
SAVED_KM = Text("Kilometres saved by sharing", "Yhteiskuljetuksen säästämät kilometrit")

FIRST_SETTLED = Text("The windows' drop is settled", "Ikkunoiden toimitus on maksettu")
SECOND_TIME = Text(
    "The furniture's drop stands with the receiver's minute",
    "Kalusteiden toimituksessa on vastaanottajan kellonaika",
)
SECOND_SETTLED = Text("The furniture's drop is settled", "Kalusteiden toimitus on maksettu")
EMPTY = Text("No freight waits any more", "Rahtia ei ole enää odottamassa")
HAS = Text("{who} has {amount} in the end", "{who}: tilillä lopuksi {amount}")
STOCK = Text("Stock system of the furniture workshop", "Kalustepajan varastojärjestelmä")
TOLD_AT = Text("Address of the stock system", "Varastojärjestelmän osoite")
MISSED = Text(
    "Events that the stock system has missed", "Varastojärjestelmältä puuttuvat ilmoitukset"
)
CAUGHT_UP = Text("Payments that these tell of", "Niissä kerrotut maksut")
