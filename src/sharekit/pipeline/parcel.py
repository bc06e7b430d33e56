"""Events on their way to a sink: sorted out into what it gets, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sharekit.events.model import Event, now
from sharekit.filters import Filter, purposes, reason_of
from sharekit.pipeline.ledger import Settlement
from sharekit.pipeline.thinning import reason_left_out
from sharekit.sinks.base import Sink
from sharekit.sinks.batch import decode


@dataclass(slots=True)
class Parcel:
    """Events on their way to a sink, and what is settled about them already.

    ``more`` is true when further events were waiting that did not fit in.
    """

    lines: list[str] = field(default_factory=list)
    records: list[Mapping[str, Any]] = field(default_factory=list)
    settlement: Settlement = field(default_factory=Settlement)
    more: bool = False

    def part(self, index: int) -> Parcel:
        """One event of it."""
        return Parcel([self.lines[index]], [self.records[index]])

    @property
    def empty(self) -> bool:
        """Whether nothing at all was waiting."""
        return not self.settlement.cursors and not self.settlement.again

    def add(self, texts: Sequence[str], sink: Sink) -> None:
        """Add events as the journal keeps them. What cannot be read, or is not for the sink, is settled at once."""
        settlement = self.settlement
        for text, record in zip(texts, decode(texts), strict=True):
            problem = _problem(record)
            if problem:
                if left_out := reason_left_out(record):
                    settlement.drop(left_out)
                else:
                    settlement.dead.append(("", f"unreadable: {problem}", text))
                continue
            if sink.advertising and record.get("gpc"):
                settlement.drop("gpc")
                continue
            if sink.advertising and "ads" not in purposes(_props(record)):
                settlement.drop("consent")
                continue
            kept: tuple[str, Mapping[str, Any]] | None = (text, record)
            if sink.filters:
                try:
                    kept = _filtered(text, record, sink.filters, settlement.drop)
                except _FilterFault as fault:
                    settlement.dead.append((record["id"], str(fault), text))
                    continue
            if kept is None:
                continue
            if sink.max_age is not None and now() - datetime.fromisoformat(record["at"]) > sink.max_age:
                settlement.dead.append((record["id"], f"older than {sink.max_age}, too old for the sink", text))
            else:
                self.lines.append(kept[0])
                self.records.append(kept[1])


class _FilterFault(Exception):  # noqa: N818 (the word of this module)
    """A filter broke, or gave something that is no answer."""


def _filtered(
    text: str, record: Mapping[str, Any], filters: Sequence[Filter], drop: Callable[[str], None]
) -> tuple[str, Mapping[str, Any]] | None:
    """The event as the filters leave it; ``None`` when one left it out.

    Raises:
        _FilterFault: one of them is at fault; the event becomes a dead letter, to be tried again when that is mended.
    """
    try:
        event = original = Event.from_dict(record)
    except Exception as error:
        raise _FilterFault(f"unreadable: {error!r}") from error
    for chosen in filters:
        try:
            answer: Any = chosen(event)
        except Exception as error:
            raise _FilterFault(f"filter {reason_of(chosen)} failed: {error!r}") from error
        if answer is None:
            drop(reason_of(chosen))
            return None
        if not isinstance(answer, Event) or answer.id != original.id:
            raise _FilterFault(f"filter {reason_of(chosen)} gave {_shown(answer)}; return the event, or None")
        event = answer
    if event is original:
        return text, record
    try:
        changed = event.as_dict()
        return event.as_json(), changed
    except (TypeError, ValueError, RecursionError) as error:
        raise _FilterFault(f"the filters made of it what JSON cannot hold: {error}") from error


def _shown(answer: Any) -> str:
    return "an event of another id" if isinstance(answer, Event) else type(answer).__name__


def _props(record: Mapping[str, Any]) -> Mapping[str, Any]:
    props = record.get("props")
    return props if isinstance(props, dict) else {}


def _problem(record: Any) -> str:
    if not isinstance(record, dict):
        return repr(record)
    for name in ("id", "name", "at"):
        if not isinstance(record.get(name), str):
            return f"{name} is missing"
    try:
        return "" if datetime.fromisoformat(record["at"]).tzinfo is not None else "at has no time zone"
    except ValueError as error:
        return str(error)
