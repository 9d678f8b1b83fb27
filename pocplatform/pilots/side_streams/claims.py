"""What the trade in side streams says that it has shown, beside what the chain says."""

from pocplatform.pilots.side_streams.terms import (
    ANALYSIS_TOTAL,
    BEDDING,
    BEDDING_MONEY,
    COMMISSION,
    FEE,
    LOAD_PRICE,
    LOT,
    MILL,
    MILL_MONEY,
    MILL_SHARE,
    OPERATOR,
    REFUND,
    RIVAL,
    RIVAL_MONEY,
    SHARED,
    TRIAL_PRICE,
)
from pocplatform.pilots.story import Claim, Scene, Text


async def claims(scene: Scene) -> list[Claim]:
    """Cubic metres, escrow and money, as the chain has them."""
    number = int(scene.known("number"))
    _, cap, minted = await scene.chain.call(
        "Items", "supplyOf(uint256)(bool,uint32,uint32)", number
    )
    bought = await scene.chain.call(
        "Items", "balanceOf(address,uint256)(uint256)", scene.players[BEDDING].address, number
    )
    onchain = await scene.sandbox(MILL).agreements.onchain(scene.known("agreement"))
    has = {role: await scene.chain.money(one.address) for role, one in scene.players.items()}
    left = await scene.chain.money(scene.known("split_account"))
    return [
        Claim(
            name="lot_sold_whole",
            text=Text("200 of 200 loose cubic metres were sold.", "Erästä myytiin 200/200 i-m³."),
            expected=f"{LOT}/{LOT}",
            found=f"{minted}/{cap}",
        ),
        Claim(
            name="buyer_has_lot",
            text=Text("The whole lot is the buyer's.", "Koko erä on ostajalla."),
            expected=LOT,
            found=bought,
        ),
        Claim(
            name="escrow_empty",
            text=Text("Nothing is left in escrow.", "Sulkutilillä ei ole enää rahaa."),
            expected=0,
            found=onchain.escrow_raw,
        ),
        Claim(
            name="shares_paid",
            text=Text("Nothing is left to be shared.", "Jakamatonta rahaa ei ole."),
            expected=0,
            found=left,
        ),
        Claim(
            name="buyer_paid",
            text=Text(
                "The buyer has paid trial load and both loads, less the refund.",
                "Ostaja maksoi koe-erän ja kuormat, joista on vähennetty palautus.",
            ),
            expected=BEDDING_MONEY - TRIAL_PRICE - 2 * LOAD_PRICE + REFUND,
            found=has[BEDDING],
        ),
        Claim(
            name="mill_received",
            text=Text(
                "The mill has its part of all three, less the analysis.",
                "Höyläämö sai osuutensa kaikista kolmesta; analyysi on vähennetty.",
            ),
            expected=MILL_MONEY - ANALYSIS_TOTAL + TRIAL_PRICE - COMMISSION - FEE + MILL_SHARE,
            found=has[MILL],
        ),
        Claim(
            name="commission_received",
            text=Text(
                "The marketplace has 5 % of what was paid.",
                "Kauppapaikka sai 5 prosenttia maksetusta.",
            ),
            expected=COMMISSION + SHARED - MILL_SHARE,
            found=has[OPERATOR],
        ),
        Claim(
            name="rival_untouched",
            text=Text(
                "Who was outbid has all its money.", "Hävinneellä tarjoajalla on kaikki rahansa."
            ),
            expected=RIVAL_MONEY,
            found=has[RIVAL],
        ),
    ]
