"""What the exhibition says that it has shown, beside what the chain says."""

from pocplatform.pilots.linked_exhibition.terms import (
    ARTIST,
    COLLECTOR,
    GALLERY,
    HOTEL,
    LAST,
    MONEY,
    PRICES,
    RENT,
    RESOLD,
    RIME,
    ROYALTIES,
    THAW,
    TICKET,
)
from pocplatform.pilots.story import Claim, Scene, Text


async def claims(scene: Scene) -> list[Claim]:
    """Works, ways and money, as the chain has them."""
    hall, lobby = int(scene.known("hall_number"), 0), int(scene.known("lobby_number"), 0)
    linked = [
        await scene.chain.call("Spaces", "isLinked(uint128,uint128)(bool)", *way)
        for way in ((hall, lobby), (lobby, hall))
    ]
    _, visits = await scene.chain.call(
        "Spaces",
        "presenceOf(uint128,address)(uint40,uint32)",
        lobby,
        scene.players[COLLECTOR].address,
    )
    creator = await scene.chain.call(
        "Items", "creatorOf(uint256)(address)", int(scene.known(f"{RIME}_number"))
    )
    deposit = await scene.chain.call(
        "Parcels",
        "depositOf(uint256)(address,uint256,uint256,uint256)",
        int(scene.known("wall_number")),
    )
    has = {role: await scene.chain.money(one.address) for role, one in scene.players.items()}
    first = sum(PRICES.values())
    net = {
        ARTIST: first * 99 // 100 + ROYALTIES - RENT,
        COLLECTOR: (RESOLD[RIME] + RESOLD[THAW]) * 94 // 100 - first - TICKET,
        HOTEL: LAST * 94 // 100 - RESOLD[RIME] - RESOLD[THAW],
        GALLERY: RENT + TICKET * 99 // 100 - LAST,
    }
    money_texts = {
        ARTIST: Text(
            "The artist has first sales and three royalties, less the rent.",
            "Taiteilijalla on ensimyynnit ja kolme rojaltia; vuokra on vähennetty.",
        ),
        COLLECTOR: Text(
            "The collector has what the resales left.", "Keräilijällä on se, mitä kaupoista jäi."
        ),
        HOTEL: Text(
            "The hotel has paid for what it holds.", "Hotelli on maksanut siitä, mitä sillä on."
        ),
        GALLERY: Text(
            "The gallery has rent and ticket, and has paid for its purchase.",
            "Gallerialla on vuokra ja lipun hinta, ja se on maksanut ostoksensa.",
        ),
    }
    return [
        Claim(
            name="spaces_linked",
            text=Text(
                "Ways lead from either space into the other.",
                "Kummastakin tilasta on kulkuyhteys toiseen.",
            ),
            expected=True,
            found=all(linked),
        ),
        Claim(
            name="collector_was_there",
            text=Text(
                "The collector has been in the hotel's lobby.", "Keräilijä on käynyt aulassa."
            ),
            expected=1,
            found=visits,
        ),
        Claim(
            name="work_is_the_artists",
            text=Text("The work was made by the artist.", "Teoksen tekijä on taiteilija."),
            expected=scene.players[ARTIST].address,
            found=creator,
        ),
        Claim(
            name="works_where_they_belong",
            text=Text(
                "The gallery holds the first work and the hotel the second.",
                "Ensimmäinen teos on gallerialla ja toinen hotellilla.",
            ),
            expected="1 + 1",
            found=f"{await held(scene, GALLERY, RIME)} + {await held(scene, HOTEL, THAW)}",
        ),
        Claim(
            name="no_deposit_held",
            text=Text("No deposit is held any more.", "Vakuuksia ei ole enää hallussa."),
            expected=0,
            found=deposit[1],
        ),
        *(
            Claim(
                name=f"{role}_money",
                text=money_texts[role],
                expected=MONEY[role] + net[role],
                found=has[role],
            )
            for role in MONEY
        ),
    ]


async def held(scene: Scene, role: str, work: str) -> int:
    """How many copies of a work a role holds."""
    found: int = await scene.chain.call(
        "Items",
        "balanceOf(address,uint256)(uint256)",
        scene.players[role].address,
        int(scene.known(f"{work}_number")),
    )
    return found
