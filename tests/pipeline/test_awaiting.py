"""Recording from coroutines: durable when awaited, committed together, and never in the way of the event loop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from sharekit.events.model import Event
from sharekit.exceptions import EventError, JournalError
from sharekit.pipeline.pipeline import drain
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink


def test_what_was_awaited_is_in_the_store(make_pipeline, events, stored_ids):
    """Hundreds of coroutines record at every level: every event is stored once, each coroutine's in order."""
    pipeline = make_pipeline()
    mine = [[*events(4), *events(2, "purchase"), *events(1, "like")] for _ in range(100)]

    async def work(several: list[Event]) -> None:
        for event in several:
            await pipeline.arecord_many([event])

    async def main() -> None:
        await asyncio.gather(*map(work, mine))

    asyncio.run(main())
    assert pipeline.flush(30)
    assert sorted(stored_ids()) == sorted(event.id for several in mine for event in several)


def test_coroutines_and_threads_share_commits(make_pipeline, events, stored_ids, threads):
    """Event loops in several threads, and threads without one, use one journal."""
    pipeline = make_pipeline()
    mine = [events(30, "purchase") for _ in range(6)]

    def work(number: int) -> None:
        async def main() -> None:
            await asyncio.gather(*(pipeline.arecord_many([event]) for event in mine[number]))

        if number % 2:
            asyncio.run(main())
        else:
            for event in mine[number]:
                pipeline.record(event)

    threads(6, work)
    assert pipeline.flush(30)
    assert sorted(stored_ids()) == sorted(event.id for several in mine for event in several)


@pytest.mark.parametrize("name", ["share", "purchase"])
def test_the_loop_goes_on_while_a_commit_takes_long(make_pipeline, events, name, wait_for):
    """While the disk hangs, other coroutines run; the event is acknowledged only afterwards."""
    pipeline = make_pipeline(MemorySink(), deliver=False)
    pipeline.record(events(1)[0])
    release = threading.Event()
    write = pipeline._journal._write

    def hanging(*arguments):
        release.wait(20)
        return write(*arguments)

    pipeline._journal._write = hanging
    pipeline._journal._together._commit = hanging

    async def main() -> int:
        turns = 0
        task = asyncio.ensure_future(pipeline.arecord_many(events(1, name)))
        while turns < 50:
            await asyncio.sleep(0.001)
            turns += 1
        assert not task.done()
        release.set()
        await task
        return turns

    assert asyncio.run(main()) == 50
    assert pipeline._journal.counts().written == 2


def test_a_cancelled_coroutine_hurts_nobody(make_pipeline, events, stored_ids):
    """Coroutines are cancelled while they wait: they are told so, and the others' events are acknowledged and kept."""
    pipeline = make_pipeline()
    kept, given_up = events(50), events(50)

    async def main() -> None:
        tasks = [asyncio.ensure_future(pipeline.arecord_many([event])) for event in given_up]
        others = [asyncio.ensure_future(pipeline.arecord_many([event])) for event in kept]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(answer, asyncio.CancelledError)
            for answer in await asyncio.gather(*tasks, return_exceptions=True)
        )
        await asyncio.wait_for(asyncio.gather(*others), 20)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(20), 0.001)

    asyncio.run(main())
    assert pipeline.flush(30)
    stored = stored_ids()
    assert {event.id for event in kept} <= set(stored)
    assert len(stored) == len(set(stored))


def test_a_loop_that_ends_while_it_waits(make_pipeline, events, stored_ids, wait_for):
    """Whoever leaves his loop early leaves his events to be kept, and the writer goes on for others."""
    pipeline = make_pipeline()
    first, second = events(1), events(1)

    async def leave() -> None:
        asyncio.ensure_future(pipeline.arecord_many(first))  # noqa: RUF006 (that is what it is about)
        await asyncio.sleep(0)

    asyncio.run(leave())
    asyncio.run(pipeline.arecord_many(second))
    assert pipeline.flush(30)
    assert set(stored_ids()) == {first[0].id, second[0].id}


def test_a_fault_is_raised_where_it_is_awaited(make_pipeline, events, data_dir):
    """What the journal cannot keep is a clear error to each who awaits it, and afterwards recording goes on."""
    data_dir.mkdir()
    (data_dir / "journal").write_text("in the way")
    pipeline = make_pipeline(MemorySink())

    async def main() -> list[object]:
        with pytest.raises(EventError):
            await pipeline.arecord_many([Event(name="share", props={"x": object()})])
        return await asyncio.gather(*(pipeline.arecord_many([event]) for event in events(5)), return_exceptions=True)

    assert [type(answer) for answer in asyncio.run(main())] == [JournalError] * 5
    (data_dir / "journal").unlink()
    asyncio.run(pipeline.arecord_many(events(1)))
    assert pipeline.flush(20)
    assert pipeline.status().sinks[0].delivered == 1


def test_the_kit_records_from_coroutines(run_program, data_dir, stored_ids):
    """``arecord`` checks as ``record`` does, gives the event back, and works in children of a process that used it."""
    done = run_program("""
        import asyncio
        from sharekit import ShareKit
        from sharekit.exceptions import EventError
        kit = ShareKit(base_url="https://shop.example", data_dir=DATA)
        async def main():
            acknowledge(await kit.arecord("share", product_id="mug"))
            for event in await kit.arecord_many([Event(name="share"), Event(name="click")]):
                acknowledge(event)
            try:
                await kit.arecord("shaer")
                sys.exit("kept what it does not know")
            except EventError:
                pass
        asyncio.run(main())
        if os.fork() == 0:
            asyncio.run(main())
            kit.close()
            os._exit(0)
        assert os.wait()[1] == 0
        asyncio.run(main())
        kit.close()
    """)
    drain(data_dir, [SqliteSink(data_dir / "events.db")])
    acknowledged = done.stdout.split()
    assert len(acknowledged) == 9
    assert sorted(stored_ids()) == sorted(acknowledged)


def test_close_ends_the_writer(make_pipeline, events):
    """After close no thread of the pipeline is left; a later event is kept all the same."""
    pipeline = make_pipeline(MemorySink())
    asyncio.run(pipeline.arecord_many(events(2)))
    pipeline.close()
    deadline = time.monotonic() + 10
    while any(thread.name.startswith("sharekit") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, threading.enumerate()
        time.sleep(0.01)
    asyncio.run(pipeline.arecord_many(events(1)))
    assert pipeline._journal.counts().written == 1
    for writer in pipeline._writers.values():
        writer.close(5)
