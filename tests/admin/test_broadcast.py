"""Those who wait are told of a change at once, and of many that follow one another together."""

import asyncio
from contextlib import ExitStack

import pytest

from docsync.admin import broadcast as module
from docsync.admin.broadcast import Broadcast
from docsync.admin.command_pool import CommandPool
from docsync.model import BatchRecord
from tests.admin.fake_commands import AT, FakeCommands


@pytest.mark.parametrize("listeners", [1, 40])
def test_between_two_calls_all_who_listen_get_their_time(
    listeners: int, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, pauses, told = asyncio.sleep, list[float](), list[int]()

    async def sleep(seconds: float) -> None:
        """Meanwhile two things change."""
        pauses.append(seconds)
        for _ in range(2):
            commands.counters.record_batch(BatchRecord(AT, len(pauses), 1.0, 1, 0, "hint"))
        await right(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def listen() -> None:
        broadcast = Broadcast(CommandPool(commands))
        with ExitStack() as stack:
            for _ in range(listeners):
                stack.enter_context(broadcast.listening())
            while len(told) < 3:
                seen = broadcast.now
                assert await broadcast.wait_for_change(seen, 20)
                told.append(broadcast.now.number)
            await broadcast.leave()

    asyncio.run(listen())
    assert pauses[0] == pytest.approx(listeners * module._PAUSE_SECONDS)
    assert told == [0, 2, 4], "the state at first, and then what came meanwhile, together"
