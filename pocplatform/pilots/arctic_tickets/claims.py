"""What the arctic evening says that it has shown, beside what the chain says."""

from pocplatform.pilots.arctic_tickets.terms import (
    AGENCY,
    BOUGHT,
    BUS,
    CAFE,
    CALL_OFF_BUS,
    DIFFERENCE,
    DINNERS,
    GROUP_REFUND,
    GROUP_TOTAL,
    HIGHEST,
    KITCHEN,
    MONEY,
    OFFICE,
    ORGANISER,
    RESOLD,
)
from pocplatform.pilots.chain_reader import UNITS_PER_CENT
from pocplatform.pilots.story import Claim, Scene, Text


async def claims(scene: Scene) -> list[Claim]:
    """Tickets, desk and money, as the chain has them."""
    address, ticket = scene.known("desk"), int(scene.known("ticket"))
    held = {
        role: await scene.chain.call(
            "Items",
            "balanceOf(address,uint256)(uint256)",
            scene.players[role].address,
            ticket,
        )
        for role in (OFFICE, CAFE)
    }
    has = {role: await scene.chain.money(one.address) for role, one in scene.players.items()}
    own = MONEY[ORGANISER] + GROUP_TOTAL - GROUP_REFUND - CALL_OFF_BUS - DINNERS - DIFFERENCE
    return [
        Claim(
            name="ceiling_stands",
            text=Text(
                "No ticket can be resold above 141.90 tEUR.",
                "Lippua ei voi myydä eteenpäin yli 141,90 tEUR:n hintaan.",
            ),
            expected=HIGHEST * UNITS_PER_CENT,
            found=await scene.chain.call(address, "highestPrice()(uint256)"),
        ),
        Claim(
            name="tickets_passed_on",
            text=Text(
                "The office holds four tickets and the café two.",
                "Toimistolla on neljä lippua ja kahvilalla kaksi.",
            ),
            expected=f"{BOUGHT - RESOLD} + {RESOLD}",
            found=f"{held[OFFICE]} + {held[CAFE]}",
        ),
        Claim(
            name="desk_empty",
            text=Text(
                "All ticket money has left the desk.", "Lippukassassa ei ole enää lippurahaa."
            ),
            expected=0,
            found=await scene.chain.money(address),
        ),
        Claim(
            name="cafe_even",
            text=Text(
                "The café has exactly the money that it began with.",
                "Kahvilalla on täsmälleen sama rahamäärä kuin alussa.",
            ),
            expected=MONEY[CAFE],
            found=has[CAFE],
        ),
        Claim(
            name="office_kept_difference",
            text=Text(
                "The office has its money and the difference of the resale.",
                "Toimistolla on rahansa ja jälleenmyynnin hinnanero.",
            ),
            expected=MONEY[OFFICE] + DIFFERENCE,
            found=has[OFFICE],
        ),
        Claim(
            name="agency_paid_dinner",
            text=Text(
                "The agency has paid for the dinners only.",
                "Matkatoimisto maksoi vain illalliset.",
            ),
            expected=MONEY[AGENCY] - GROUP_TOTAL + GROUP_REFUND,
            found=has[AGENCY],
        ),
        Claim(
            name="partners_paid",
            text=Text("Bus and kitchen are paid.", "Linja-auto ja keittiö ovat saaneet maksunsa."),
            expected=CALL_OFF_BUS + DINNERS,
            found=has[BUS] + has[KITCHEN],
        ),
        Claim(
            name="organiser_bore_the_rest",
            text=Text(
                "The organiser has what is left after all refunds.",
                "Järjestäjällä on se, mikä jäi kaikkien palautusten jälkeen.",
            ),
            expected=own,
            found=has[ORGANISER],
        ),
    ]
