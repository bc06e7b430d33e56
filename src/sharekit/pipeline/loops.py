"""An event loop for a sink whose ``write`` or ``close`` is ``async def``."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_left_behind: list[SinkLoop] = []


class SinkLoop:
    """One event loop, in a thread of its own, kept between batches.

    It runs all the time, so that what a driver does in between (answering pings, refreshing a lease) goes on. It is
    made when the first awaitable comes.

    Parameters:
        name: of the sink, for the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def wait(self, value: Any) -> Any:
        """The value itself or, when it is awaitable, what it becomes. Blocks; not for use in a loop's thread.

        Raises:
            BaseException: whatever the awaitable raised.
        """
        if not inspect.isawaitable(value):
            return value
        from asyncio import run_coroutine_threadsafe

        result, error = run_coroutine_threadsafe(_outcome(value), self._running()).result()
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """End the loop. What still runs in it is cancelled."""
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def forget(self) -> None:
        """In a child after a fork: the loop's thread is not there, and closing the loop would disturb the parent's."""
        if self._loop is not None:
            _left_behind.append(self)

    def _running(self) -> AbstractEventLoop:
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=_serve, args=(self._loop,), name=f"sharekit-{self._name}-loop", daemon=True
            )
            self._thread.start()
        return self._loop


def _serve(loop: AbstractEventLoop) -> None:
    import asyncio

    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _outcome(value: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    """What became of it, errors too: one such as ``SystemExit`` would end the loop without anybody being told."""
    try:
        return await value, None
    except BaseException as error:  # noqa: BLE001 (handed over to the caller)
        return None, error
