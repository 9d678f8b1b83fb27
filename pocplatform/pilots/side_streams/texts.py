"""What stands in the papers of the side-stream pilot, in English and Finnish."""

from pocplatform.pilots.story import Text

PRICE = Text("{price} / i-m³", "{price} / i-m³")
LOT = Text("Cutter shavings, lot 2026-47", "Kutterinlastu, erä 2026-47")
LOT_DESCRIPTION = Text(
    "One loose cubic metre of cutter shavings of untreated spruce and pine. Moisture at most 15 %, "
    "fines at most 5 %.",
    "Yksi irtokuutio käsittelemätöntä kuusen ja männyn kutterinlastua. Kosteus enintään 15 %, "
    "hienoainesta enintään 5 %.",
)
SAMPLE = Text("Sample of lot 2026-47, 20 litres", "Näyte erästä 2026-47, 20 litraa")
ANALYSIS_LINE = Text(
    "Analysis of cutter shavings: moisture, fines, impurities",
    "Kutterinlastun analyysi: kosteus, hienoaines, epäpuhtaudet",
)
IN_HEAP = Text("In the heap", "Kasassa")
ASKED_PRICE = Text("Asking price", "Pyyntihinta")
MOISTURE = Text("Moisture", "Kosteus")
MOISTURE_LIMIT = Text("Moisture at most", "Kosteus enintään")
FINES = Text("Fines", "Hienoaines")
REPORT_HASH = Text("Fingerprint of the report", "Analyysin tiiviste")
SPLIT = Text("Lot 2026-47: mill and marketplace", "Erä 2026-47: höyläämö ja kauppapaikka")

RECORDING = Text("The marketplace's part of a batch sale", "Kauppapaikan osuus eräkaupasta")
RECORDED = Text("Requests recorded", "Tallennettuja pyyntöjä")
PROGRAM_LINES = Text("Lines of the program made of them", "Niistä tehdyn ohjelman rivejä")

AGREEMENT = Text(
    "Two loads of cutter shavings, lot 2026-47", "Kaksi kuormaa kutterinlastua, erä 2026-47"
)
LOADS = (
    Text("Load 1, 90 loose cubic metres", "Kuorma 1, 90 irtokuutiota"),
    Text("Load 2, 90 loose cubic metres", "Kuorma 2, 90 irtokuutiota"),
)
DOCUMENT = Text(
    "{seller} sells two loads of cutter shavings to {buyer}, 90 loose cubic metres each, at "
    "14.00 tEUR per loose cubic metre: 1,260.00 tEUR a load, VAT not included.\n"
    "\n"
    "1. Quality: untreated spruce and pine, moisture at most 15 %, fines at most 5 %. The analysis "
    "of the sample is the reference.\n"
    "2. The buyer inspects a load within three days of its arrival. Silence is acceptance.\n"
    "3. {laboratory} decides disputes over quality. It measures the load and may reduce the "
    "price.\n"
    "4. Of what is paid, the seller gets 95 % and the marketplace 5 %.\n"
    "\n"
    "This is test data; it binds nobody.",
    "Myyjä {seller} myy ostajalle {buyer} kaksi kuormaa kutterinlastua, kummassakin 90 "
    "irtokuutiota. Hinta on 14,00 tEUR irtokuutiolta eli 1 260,00 tEUR kuormalta ilman "
    "arvonlisäveroa.\n"
    "\n"
    "1. Laatu: käsittelemätöntä kuusta ja mäntyä, kosteus enintään 15 %, hienoainesta enintään "
    "5 %. Vertailukohtana on näytteen analyysi.\n"
    "2. Ostaja tarkastaa kuorman kolmen päivän kuluessa sen saapumisesta. Vaikeneminen on "
    "hyväksyntä.\n"
    "3. Laatua koskevan riidan ratkaisee {laboratory}. Se mittaa kuorman ja voi alentaa hintaa.\n"
    "4. Maksetusta hinnasta myyjä saa 95 % ja kauppapaikka 5 %.\n"
    "\n"
    "Tämä on testitietoa; se ei sido ketään.",
)
FIRST_EVIDENCE = Text(
    "Load 1 tipped in the buyer's hall; 90 loose cubic metres, moisture by meter 13 %.",
    "Kuorma 1 purettu ostajan halliin; 90 irtokuutiota, kosteus mittarilla 13 %.",
)
SECOND_EVIDENCE = Text(
    "Load 2 tipped in the buyer's hall; 90 loose cubic metres.",
    "Kuorma 2 purettu ostajan halliin; 90 irtokuutiota.",
)
REASON = Text(
    "The load is wet: 24 % by our meter, 15 % agreed. It must be dried before it can be baled.",
    "Kuorma on märkä: mittarimme näyttää 24 %, sovittu raja on 15 %. Se on kuivattava ennen "
    "paalausta.",
)
RULING = Text(
    "Measured 24.0 %. The load can be used after drying, which costs about a third of its price. "
    "The seller gets 65 %, and 35 % go back to the buyer.",
    "Mitattu kosteus 24,0 %. Kuorma kelpaa kuivattuna, ja kuivaus maksaa noin kolmanneksen sen "
    "hinnasta. Myyjä saa 65 %, ja 35 % palautetaan ostajalle.",
)
