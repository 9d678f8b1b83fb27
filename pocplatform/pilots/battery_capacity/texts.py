"""What goes into the documents of the pilot, and what its facts are called."""

from pocplatform.pilots.story import Text

SPACE = Text("Virtual battery room", "Virtuaalinen akkuhuone")
SPACE_ABOUT = Text(
    "The battery container of the factory: who holds a rack's place here may control that rack.",
    "Tehtaan akkukontti: se, jolla on kennoston paikan käyttöoikeus, saa ohjata kennostoa.",
)
RACK = Text("Rack A, 100 kW and 200 kWh", "Kennosto A, 100 kW ja 200 kWh")
RACK_ABOUT = Text(
    "The user trades the rack's flexibility, and delivers 200 kWh to the factory each morning from "
    "7 to 9, measured at the rack. Each missing kilowatt-hour is 3.00 euros, out of the deposit.",
    "Käyttäjä myy kennoston joustoa ja toimittaa tehtaalle joka aamu kello 7–9 yhteensä 200 kWh, "
    "mitattuna kennostosta. Jokainen puuttuva kilowattitunti maksaa 3,00 euroa, jotka otetaan "
    "vakuudesta.",
)
CLAIM = Text(
    "Delivered in the mornings from 7 to 9: {delivered} kWh. On the third morning {missing} kWh "
    "were missing: the rack had been emptied in the reserve market at night. {missing} × 3.00 "
    "euros.",
    "Toimitettu aamuisin kello 7–9: {delivered} kWh. Kolmantena aamuna puuttui {missing} kWh, "
    "koska kennosto oli yöllä tyhjennetty reservimarkkinalla. {missing} × 3,00 euroa.",
)
RULING = Text(
    "The grid was down from 7.31 to 7.43, in which {excused} kWh could not be delivered; the user "
    "does not answer for these. {counted} × 3.00 euros remain.",
    "Sähköverkossa oli katko kello 7.31–7.43, jolloin {excused} kWh jäi toimittamatta; siitä "
    "käyttäjä ei vastaa. Jäljelle jää {counted} × 3,00 euroa.",
)

SECOND_TENANT = Text(
    "A second company rents the rack that is let already",
    "Toinen yritys vuokraa jo vuokratun kennoston",
)
BACK_AT_ONCE = Text(
    "The tenant takes its deposit back before the factory has said anything",
    "Vuokralainen ottaa vakuutensa takaisin ennen kuin tehdas on sanonut mitään",
)
TOO_MUCH_RULED = Text(
    "The arbiter gives the factory more than it has claimed",
    "Välimies myöntää tehtaalle enemmän kuin se on vaatinut",
)

PLACE = Text("Number of the place on the chain", "Paikan numero ketjussa")
USER = Text("Who may control the rack", "Kennostoa saa ohjata")
DELIVERED = Text("Delivered in the mornings, kWh", "Toimitettu aamuisin, kWh")
MISSING = Text("Missing on the third morning, kWh", "Kolmantena aamuna puuttui, kWh")
EXCUSED = Text("Missing because the grid was down, kWh", "Verkkokatkon vuoksi puuttui, kWh")
RENTALS = Text("Rentals of the rack", "Kennoston vuokrauksia")

OWNER_HAS = Text(
    "The factory has {amount}: the rents and the penalty",
    "Tehtaalla on {amount}: vuokrat ja korvaus",
)
TENANT_HAS = Text(
    "The tenant has {amount}: the rest of its deposit is back",
    "Vuokralaisella on {amount}: loput vakuudesta on palautettu",
)
NEXT_HAS = Text(
    "The next tenant has {amount}: its whole deposit is back",
    "Seuraavalla vuokralaisella on {amount}: koko vakuus on palautettu",
)
NO_DEPOSIT = Text("No deposit is held any more", "Yhtään vakuutta ei ole enää pidätettynä")
NO_USER = Text("Nobody has the use of the rack", "Kennosto on vapaa")
OWNED = Text("The rack's place is the factory's", "Kennoston paikka on tehtaan")
