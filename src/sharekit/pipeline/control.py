"""Requests to whoever delivers: pause a sink, try dead letters again, deliver history.

The ledger has one writer, the holder of the lease. Another process, such as ``sharekit-web sinks pause``, leaves a file
in ``data_dir/requests``, and the holder answers beside it; when nobody holds the lease, the asking process does for the
moment.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import uuid4

from sharekit.exceptions import DeliveryError
from sharekit.pipeline.dead_letters import Selection
from sharekit.pipeline.ledger import Ledger
from sharekit.pipeline.locks import FileLock

REQUESTS = "requests"
LEASE = "delivery.lock"
LEDGER = "delivery.db"
PATIENCE = 15.0
"""Seconds after which a request that nobody answered is withdrawn."""
_STALE = 3600.0
_LOOK = 0.02
Deed = Literal["pause", "resume", "retry", "drop", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for.

    Parameters:
        deed: ``pause`` and ``resume`` a sink; ``retry`` and ``drop`` dead letters; ``replay`` events of the past.
        sink: name of the sink; for dead letters it may be ``""``, for all.
        id: of dead letters, see :class:`sharekit.pipeline.dead_letters.Selection`.
        reason: of dead letters.
        payloads: events of the past as JSON.
    """

    deed: Deed
    sink: str = ""
    id: str = ""
    reason: str = ""
    payloads: Sequence[str] = ()


def ask(data_dir: Path, order: Order, patience: float = PATIENCE) -> int:
    """Have something done by whoever delivers.

    Parameters:
        data_dir: the kit's data directory; it has to be there.
        patience: seconds to wait for an answer.

    Returns:
        How many dead letters were moved; for ``replay`` how many events wait for the sink in the ledger now.

    Raises:
        DeliveryError: it was refused, or nobody answered.
        OSError: the directory cannot be written.
    """
    _only_owner(data_dir)
    folder = data_dir / REQUESTS
    folder.mkdir(mode=0o700, exist_ok=True)
    request = folder / f"{time.time_ns():020}-{uuid4().hex}.json"
    _write(request, asdict(order))
    lease = FileLock(data_dir / LEASE)
    deadline = time.monotonic() + patience
    while (answer := _take(request.with_suffix(".done"))) is None:
        if lease.acquire():
            try:
                with closing(Ledger(data_dir / LEDGER)) as ledger:
                    answer_requests(data_dir, ledger)
            finally:
                lease.release()
        elif time.monotonic() > deadline:
            request.unlink(missing_ok=True)
            raise DeliveryError(
                f"the process that delivers from {str(data_dir)!r} did not answer within {patience:.0f} s. It may be "
                "held up by a slow sink, or be of an earlier version; try again, or stop it first."
            )
        else:
            time.sleep(_LOOK)
    if "error" in answer:
        raise DeliveryError(str(answer["error"]))
    return int(answer["count"])


def nobody_delivers(data_dir: Path) -> bool:
    """Whether no process holds the lease. Makes no file.

    Raises:
        OSError: it cannot be seen, such as in another user's directory.
    """
    lease = FileLock(data_dir / LEASE)
    try:
        return not lease.path.exists() or lease.acquire()
    finally:
        lease.release()


def answer_requests(data_dir: Path, ledger: Ledger) -> bool:
    """Do what others asked for, oldest request first; True when there was any. For the holder of the lease.

    Raises:
        sqlite3.Error: the ledger cannot be written; the request stays.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(data_dir / REQUESTS))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return False
    asked = False
    for name in names:
        path = data_dir / REQUESTS / name
        if path.suffix == ".json":
            asked = True
            _write(path.with_suffix(".done"), _answer(path, ledger))
            path.unlink(missing_ok=True)
        else:
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()  # whoever asked has gone
    return asked


def _answer(path: Path, ledger: Ledger) -> dict[str, Any]:
    try:
        order = Order(**json.loads(path.read_text(encoding="utf-8")))
        if order.deed not in get_args(Deed):
            raise ValueError(f"{order.deed!r} is unknown to this version")
        if not all(isinstance(text, str) for text in (order.sink, order.id, order.reason, *order.payloads)):
            raise TypeError("it holds something else than text")
        if order.deed in {"pause", "resume", "replay"} and not order.sink:
            raise ValueError("it names no sink")
        return {"count": _DEEDS[order.deed](ledger, order)}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        return {"error": f"the request cannot be carried out: {error}"}


def _pause(ledger: Ledger, order: Order) -> int:
    ledger.pause(order.sink, paused=order.deed == "pause")
    return 1


def _move(ledger: Ledger, order: Order) -> int:
    return ledger.move_dead(Selection(order.sink, order.id, order.reason), again=order.deed == "retry")


def _replay(ledger: Ledger, order: Order) -> int:
    return ledger.replay(order.sink, order.payloads)


_DEEDS: dict[Deed, Callable[[Ledger, Order], int]] = {
    "pause": _pause,
    "resume": _pause,
    "retry": _move,
    "drop": _move,
    "replay": _replay,
}


def _write(path: Path, data: dict[str, Any]) -> None:
    """All or nothing, as others look at any moment."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(data), encoding="utf-8")
    draft.rename(path)


def _take(path: Path) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    path.unlink(missing_ok=True)
    return answer


def _only_owner(data_dir: Path) -> None:
    """Files made by another user, such as root, would lock the shop out.

    Raises:
        DeliveryError: the directory is not this user's.
    """
    owner = data_dir.stat().st_uid
    if owner != os.geteuid():
        raise DeliveryError(f"{str(data_dir)!r} belongs to another user (number {owner}); run this as that user.")
