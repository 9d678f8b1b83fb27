"""Who takes part in the exhibition, and what things cost. Money is in cents."""

ARTIST, GALLERY, COLLECTOR, HOTEL = "artist", "gallery", "collector", "hotel"
MONEY = {ARTIST: 50_000, GALLERY: 300_000, COLLECTOR: 500_000, HOTEL: 500_000}
TICKET = 800
RENT_PER_DAY, DAYS, DEPOSIT = 1_500, 14, 10_000
ROYALTY_BPS = 500
"""As much as the resale right gives on a price of this size."""
RIME, THAW = "rime", "thaw"
PRICES = {RIME: 120_000, THAW: 90_000}
RESOLD = {RIME: 160_000, THAW: 110_000}
LAST = 200_000
"""Cents for which the hotel sells the first work on."""
RENT = RENT_PER_DAY * DAYS
RESALES = RESOLD[RIME] + RESOLD[THAW] + LAST
ROYALTIES = RESALES * ROYALTY_BPS // 10_000
