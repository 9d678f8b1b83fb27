"""Who takes part in the arctic evening, and what it costs. Money is in cents."""

ORGANISER, OFFICE, CAFE, AGENCY, BUS, KITCHEN = (
    "organiser",
    "office",
    "cafe",
    "agency",
    "bus",
    "kitchen",
)
PRICE = 12_900
"""Cents for a ticket, VAT included."""
SEATS, RESALE_BPS, HIGHEST = 10, 11_000, 14_190
BOUGHT, RESOLD = 6, 2
TOO_DEAR, RESALE_PRICE = 18_000, 13_500
GROUP = 14
TOUR, DINNER, TRANSFER = 6_800, 3_200, 1_200
"""Cents a person, without VAT."""
FOOD_AND_TRAVEL_BPS = 1_350
"""VAT of meals and of transport; the tour itself is invoiced without, by reverse charge."""
GROUP_TOTAL, GROUP_REFUND = 165_116, 114_268
"""The group's invoice, and of it tour and transfer with their VAT: dinner was served."""
DIFFERENCE = RESOLD * (RESALE_PRICE - PRICE)
CALL_OFF_BUS, DINNERS = 21_000, GROUP * 2_200
MONEY = {ORGANISER: 30_000, OFFICE: 100_000, CAFE: 50_000, AGENCY: 200_000}
