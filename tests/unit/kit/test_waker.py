"""A coroutine is woken from any thread, and misses nothing."""

import asyncio
import threading

from pocplatform.kit.waker import Waker


def in_a_thread(act) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_waker_hears_what_was_told_before_it_waits_and_only_once():
    async def heard() -> tuple[bool, bool]:
        waker = Waker()
        for _ in range(3):
            in_a_thread(waker.wake)
        return await waker.wait(60), await waker.wait(0.01)

    assert asyncio.run(heard()) == (True, False)


def test_waker_is_woken_while_it_waits():
    async def heard() -> bool:
        waker = Waker()
        waiting = asyncio.ensure_future(waker.wait())
        await asyncio.sleep(0)  # it waits from here on
        await asyncio.to_thread(waker.wake)
        return await asyncio.wait_for(waiting, 60)

    assert asyncio.run(heard())


def test_nobody_hears_what_is_told_to_a_loop_that_has_ended():
    async def made() -> Waker:
        return Waker()

    in_a_thread(asyncio.run(made()).wake)
    asyncio.run(made()).wake()
