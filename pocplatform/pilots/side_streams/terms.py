"""Who trades in side streams, and at what prices. Money is in cents."""

MILL, BEDDING, RIVAL, OPERATOR, LAB = "mill", "bedding", "rival", "operator", "laboratory"
LOT = 200
"""Loose cubic metres in the heap."""
TRIAL = 20
LOAD = 90
ASKED, OFFERED, LOWER = 1_500, 1_400, 1_150
"""Cents for a loose cubic metre: what the mill asks, and what the two buyers offer."""
LOAD_PRICE = LOAD * OFFERED
COMMISSION_BPS = 500
"""What the marketplace takes of each sale."""
SELLER_BPS = 6_500
"""The mill's share of the wet load, by the laboratory's ruling."""
ANALYSIS, VAT_BPS, ANALYSIS_TOTAL = 9_000, 2_550, 11_295
BEDDING_MONEY, RIVAL_MONEY, MILL_MONEY = 400_000, 300_000, 50_000

TRIAL_PRICE = TRIAL * OFFERED
COMMISSION = TRIAL_PRICE * COMMISSION_BPS // 10_000
FEE = TRIAL_PRICE // 100
WET_PAID = LOAD_PRICE * SELLER_BPS // 10_000
REFUND = LOAD_PRICE - WET_PAID
SHARED = LOAD_PRICE + WET_PAID
MILL_SHARE = SHARED * (10_000 - COMMISSION_BPS) // 10_000
