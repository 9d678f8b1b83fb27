"""One after another, in the order of their announcement."""

import asyncio

from pocplatform.delivery.turns import Turns


def test_those_of_one_line_come_in_their_order_and_lines_do_not_wait_for_each_other():
    async def play():
        turns, seen = Turns(), []
        for who in ("a1", "a2", "a3", "b1"):
            turns.announce(who[0], who)

        async def work(who):
            await turns.come(who)
            seen.append(who)
            if who != "a1":
                turns.leave(who)

        tasks = [asyncio.create_task(work(who)) for who in ("a3", "b1", "a2", "a1", "stranger")]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert set(seen) == {"a1", "b1", "stranger"}
        turns.leave("a1")
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(play())[-2:] == ["a2", "a3"]


def test_who_leaves_before_its_turn_holds_nobody_up():
    async def play():
        turns = Turns()
        for who in ("a1", "a2", "a3"):
            turns.announce("a", who)
        turns.leave("a2")
        turns.leave("a1")
        turns.leave("nobody")
        await asyncio.wait_for(turns.come("a3"), 5)
        assert not turns.has("a1")
        turns.leave("a3")
        turns.announce("a", "a4")
        await asyncio.wait_for(turns.come("a4"), 5)

    asyncio.run(play())
