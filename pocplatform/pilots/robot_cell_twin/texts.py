"""What goes into the documents of the pilot, and what its facts are called."""

from pocplatform.pilots.story import Text

SUBJECT = Text("Robot cell tried as a digital twin", "Robottisolun koeajo digitaalisena kaksosena")
TECHNOLOGY = Text(
    "A robot cell that loads a lathe: a six-axis robot, a gripper and a conveyor, built as a "
    "digital twin from the workshop's own drawings and run with the controller's real program.",
    "Sorvia panostava robottisolu: kuusiakselinen robotti, tarrain ja kuljetin, jotka rakennetaan "
    "digitaaliseksi kaksoseksi konepajan omista piirustuksista ja joita ajetaan ohjaimen oikealla "
    "ohjelmalla.",
)
QUESTION = Text(
    "Does the cell keep up with the lathe, so that an investment of 185,000 euros would pay?",
    "Pysyykö solu sorvin tahdissa, jotta 185 000 euron investointi kannattaisi?",
)
MEASURES = (
    Text(
        "Mean cycle time of 200 cycles at most 38.0 seconds",
        "200 työkierron keskimääräinen kesto enintään 38,0 sekuntia",
    ),
    Text(
        "At least 98.0 % of grips hold when parts are as drawn",
        "Vähintään 98,0 % tarttumisista pitää, kun kappaleet ovat piirustuksen mukaiset",
    ),
)
SPACE = Text("Twin of the robot cell", "Robottisolun kaksonen")
TWIN_READY = Text(
    "The twin runs in the shared space: robot, gripper, conveyor and guards as in the drawings.",
    "Kaksonen on ajettavissa yhteisessä tilassa: robotti, tarrain, kuljetin ja suojat vastaavat "
    "piirustuksia.",
)
TEST_DONE = Text(
    "Acceptance test of 200 cycles done; the log is attached.",
    "200 työkierron vastaanottotesti on tehty; loki on liitteenä.",
)
COMPLAINT = Text(
    "Not accepted. Mean cycle time is {mean} s and not 38.0 s; only {held} % of grips held.",
    "Ei hyväksytä. Työkierron keskimääräinen kesto on {mean} s eikä 38,0 s, ja tarttumisista piti "
    "vain {held} %.",
)
RULING = Text(
    "We ran the log again. Three of the parts fed were out of drawing, for which the workshop "
    "answers; without them {held} % of grips held, which is as agreed. The cycle time of {mean} s "
    "is not. The test itself was done in full. The integrator gets 60 %.",
    "Ajoimme lokin uudelleen. Kolme syötetyistä kappaleista ei vastannut piirustusta, mistä vastaa "
    "konepaja; ilman niitä tarttumisista piti {held} %, mikä on sovitun mukaista. Kierron "
    "{mean} s kesto ei ole. Testi on silti tehty kokonaan. Toimittaja saa 60 %.",
)
FEE = Text("Arbiter's work, half of it", "Välimiehen työ, puolet")
REPORT = Text(
    "Report: the gripper is right, the robot is too slow by a tenth. A model with a faster turn is "
    "to be tried before anything is bought.",
    "Raportti: tarrain on oikea, robotti kymmenyksen liian hidas. Ennen hankintaa kannattaa "
    "kokeilla nopeammin kääntyvää mallia.",
)

PAYS_ITSELF = Text(
    "The integrator accepts its own test, to be paid at once",
    "Toimittaja hyväksyy oman testinsä saadakseen maksun heti",
)
MEAN = Text("Mean cycle time, seconds", "Työkierron keskimääräinen kesto, sekuntia")
HELD = Text("Grips that held, %", "Tarttumisista piti, %")
HELD_AGAIN = Text("Grips that held at parts as drawn, %", "Piti piirustuksen mukaisilla, %")
LOG_HASH = Text("Hash of the test log", "Testilokin tiiviste")
VISITS = Text("Visits of the twin", "Käyntejä kaksosessa")
TESTED_FOR = Text("The answer cost of the investment, %", "Vastaus maksoi investoinnista, %")

IN_FORCE = Text("The agreement stands in its first version", "Sopimus on voimassa alkuperäisenä")
FIRST_PAID = Text("The twin was accepted and paid", "Kaksonen hyväksyttiin ja maksettiin")
DIVIDED = Text("The arbiter divided the test", "Välimies jakoi testin hinnan")
LAST_PAID = Text("The report was accepted and paid", "Raportti hyväksyttiin ja maksettiin")
CUSTOMER_HAS = Text("The workshop has {amount} left", "Konepajalla on jäljellä {amount}")
INTEGRATOR_HAS = Text("The integrator has {amount}", "Toimittajalla on {amount}")
LAB_HAS = Text("The arbiter has {amount}", "Välimiehellä on {amount}")
