"""Recording from coroutines: a thread commits what they want kept, all at once, while the event loop goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from sharekit.exceptions import JournalError

if TYPE_CHECKING:
    from asyncio import Future

_Wish = tuple[Sequence[str], "Future[None]"]


class AsyncWriter:
    """Keeps events for coroutines of any event loop. Has no thread before the first of them.

    Parameters:
        append: keeps events, all or none of them; called in the thread.
    """

    def __init__(self, append: Callable[[Sequence[str]], None]) -> None:
        self._append = append
        self.reset()

    def reset(self) -> None:
        """Begin with nothing, in a child after a fork: the coroutines that wait do so in the parent."""
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()
        self._starting = threading.RLock()  # a signal handler may close what it interrupts
        self._thread: threading.Thread | None = None

    async def append(self, payloads: Sequence[str]) -> None:
        """Keep events; returns when they are kept. Those of a coroutine that is cancelled meanwhile are kept, too.

        Raises:
            JournalError: they could not be kept.
        """
        if self._thread is None:
            self._start()
        from asyncio import get_running_loop  # an app without coroutines does not pay for it

        future: Future[None] = get_running_loop().create_future()
        self._wishes.put((payloads, future))
        await future

    def close(self, timeout: float) -> None:
        """Keep what is wanted so far, and end the thread. The next event starts another."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._wishes.put(None)
            thread.join(timeout)

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, args=(self._wishes,), name="sharekit-writer", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise JournalError(f"no thread could be started, and the event was not kept ({error}).") from error
            self._thread = thread

    def _run(self, queue: SimpleQueue[_Wish | None]) -> None:
        last = False
        while not last:
            wishes = [queue.get()]
            with suppress(Empty):
                while True:
                    wishes.append(queue.get_nowait())
            last = None in wishes
            self._keep([wish for wish in wishes if wish is not None])

    def _keep(self, wishes: Sequence[_Wish]) -> None:
        if not wishes:
            return
        error: Exception | None = None
        try:
            self._append([payload for payloads, _ in wishes for payload in payloads])
        except Exception as fault:  # noqa: BLE001 (handed to whoever awaits it)
            error = fault
        futures = [future for _, future in wishes]
        for loop in {future.get_loop() for future in futures}:
            mine = [future for future in futures if future.get_loop() is loop]
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(_answer, mine, error)


def _answer(futures: Sequence[Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():  # cancelled meanwhile
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
