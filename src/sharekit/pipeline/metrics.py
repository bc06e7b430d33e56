"""The state of delivery as Prometheus reads it (text format 0.0.4,
https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from sharekit.pipeline.circuit import State
from sharekit.pipeline.status import SinkStatus, Status

_Number = int | float
_PER_SINK: tuple[tuple[str, str, str, Callable[[SinkStatus], _Number]], ...] = (
    ("events_recorded_total", "counter", "Events acknowledged since the sink is known.", lambda sink: sink.recorded),
    ("events_delivered_total", "counter", "Events that the sink has.", lambda sink: sink.delivered),
    ("events_rejected", "gauge", "Dead letters of the sink.", lambda sink: sink.rejected),
    ("events_pending", "gauge", "Events still to come.", lambda sink: sink.pending),
    ("delivery_lag_seconds", "gauge", "Age of the oldest pending event in the journal.", lambda sink: sink.lag),
    ("delivery_rate", "gauge", "Events per second that the sink took, over about a minute.", lambda sink: sink.rate),
    ("delivery_batches_total", "counter", "Batches that the sink took.", lambda sink: sink.batches),
    ("delivery_errors_total", "counter", "Attempts that failed.", lambda sink: sink.errors),
    ("delivery_failures", "gauge", "Attempts in a row that failed.", lambda sink: sink.failures),
    ("delivery_wait_seconds", "gauge", "Time until the sink is tried again.", lambda sink: sink.wait),
    ("delivery_paused", "gauge", "1 while the sink gets nothing until it is resumed.", lambda sink: sink.paused),
    (
        "books_balanced",
        "gauge",
        "1 when recorded = delivered + rejected + dropped + pending, as it must be.",
        lambda sink: sink.balanced,
    ),
)


def prometheus(status: Status) -> str:
    """The status as Prometheus text, with a line for every sink and number."""
    return "".join(f"{line}\n" for line in _lines(status))


def _lines(status: Status) -> Iterator[str]:
    for name, kind, meaning, number in _PER_SINK:
        yield from _family(name, kind, meaning, (({"sink": sink.name}, number(sink)) for sink in status.sinks))
    yield from _family(
        "events_dropped_total",
        "counter",
        "Events left out, by reason.",
        (
            ({"sink": sink.name, "reason": reason}, count)
            for sink in status.sinks
            for reason, count in sorted(sink.dropped.items())
        ),
    )
    yield from _family(
        "delivery_circuit",
        "gauge",
        "1 for the state that the sink's circuit breaker is in.",
        (
            ({"sink": sink.name, "state": state}, state == sink.circuit)
            for sink in status.sinks
            for state in get_args(State)
        ),
    )
    yield from _family("journal_segments", "gauge", "Files of the journal.", [({}, status.segments)])
    yield from _family("delivering", "gauge", "1 in the process that delivers.", [({}, status.delivering)])


def _family(name: str, kind: str, meaning: str, samples: Iterable[tuple[Mapping[str, str], _Number]]) -> Iterator[str]:
    yield f"# HELP sharekit_{name} {meaning}"
    yield f"# TYPE sharekit_{name} {kind}"
    for labels, number in samples:
        inside = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
        shown = f"{number:.3f}" if isinstance(number, float) else str(int(number))
        yield f"sharekit_{name}{f'{{{inside}}}' if inside else ''} {shown}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
