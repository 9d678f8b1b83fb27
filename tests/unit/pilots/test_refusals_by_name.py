import asyncio
from typing import Any

from pocplatform.client import Conflict
from pocplatform.pilots.scene import Player, Scene
from pocplatform.pilots.story import Text

ADDRESS = "0x" + "Ab12" * 10
SHOP = Player("shop", "org_1", "Kauppa Oy", "9000007-0", ADDRESS, f"did:ethr:0x7a69:{ADDRESS}")


def test_refusal_names_players_instead_of_their_accounts():
    async def attempt() -> None:
        raise Conflict(
            {"detail": f"Only 0xAb12…Ab12 ({SHOP.did}, {ADDRESS}) may do this; 0x1234…5678 not."},
            409,
        )

    nobody: Any = None
    scene = Scene("run_1", "en", {"shop": SHOP}, nobody, nobody)
    refusal = asyncio.run(scene.refused("shop", Text("a", "b"), attempt()))
    assert refusal.sentence == (
        "Only Kauppa Oy (Kauppa Oy, Kauppa Oy) may do this; 0x1234…5678 not."
    )
