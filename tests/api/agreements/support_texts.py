"""A way to fill in each template: who takes which place (indexes of members), and with what."""

FILLED = {
    "service_by_milestones": (
        {"client": 0, "provider": 1},
        {
            "subject": "Virtuaalinen näyttelytila",
            "work": "Näyttelytila kolmelle puutalolle, jossa käydään virtuaalilaseilla.",
            "milestones": [
                {"title": "Malli", "amount": 120_000, "due": "2099-03-31"},
                {"title": "Avaaminen", "amount": 80_000, "due": "2099-05-31"},
            ],
            "late_penalty_percent": 1,
        },
    ),
    "maintenance_subscription": (
        {"client": 0, "provider": 1},
        {
            "subject": "Kunnonvalvonta",
            "service": "Kahden sahalinjan laakerien kunnonvalvonta antureilla.",
            "monthly_fee": 15_000,
            "start": "2099-01-31",
            "months": 3,
        },
    ),
    "equipment_rental": (
        {"lessee": 0, "lessor": 1},
        {
            "subject": "Laserkeilaimen vuokra",
            "equipment": "Laserkeilain, jalusta ja kolme akkua.",
            "start": "2099-06-01",
            "rental_days": 10,
            "price_per_day": 2_500,
            "deposit": 90_000,
        },
    ),
    "data_sharing": (
        {"user": 0, "holder": 1},
        {
            "subject": "Energiamittarien data",
            "data": "Kymmenen kiinteistön tuntikohtainen sähkönkulutus, JSON, kerran tunnissa.",
            "purpose": "Kulutuksen ennustaminen ja laitteiden ohjaus.",
            "personal_data": True,
            "start": "2099-02-01",
            "months": 6,
            "access_fee": 40_000,
            "upkeep_fee": 20_000,
        },
    ),
    "joint_offering": (
        {"client": 0, "lead": 1, "partners": (2,)},
        {
            "subject": "Virtuaalikylä",
            "offering": "Matkailukohteen virtuaalikylä talvesta kesään.",
            "lead_fee": 30_000,
            "parts": [{"title": "Äänet", "partner": 1, "amount": 45_000, "due": "2099-04-30"}],
        },
    ),
    "pilot_test": (
        {"company": 0, "supplier": 1, "observers": (2,)},
        {
            "subject": "Huollon etätuki",
            "technology": "Etätuki lisätyn todellisuuden laseilla kahdelle huoltoryhmälle.",
            "question": "Lyheneekö seisokki, kun asentaja saa apua laseihin?",
            "measures": ["Seisokin pituus tunteina", "Asentajan käyntien määrä"],
            "start": "2099-09-01",
            "setup_fee": 50_000,
            "trial_fee": 70_000,
            "report_fee": 30_000,
        },
    ),
}
