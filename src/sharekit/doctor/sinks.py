"""The other side of each sink: does it answer?"""

from __future__ import annotations

from collections.abc import Iterator

from sharekit.config import Settings
from sharekit.doctor.finding import Finding
from sharekit.exceptions import ShareKitError
from sharekit.pipeline.loops import SinkLoop
from sharekit.sinks.base import Sink
from sharekit.sinks.registry import make_sink


def examine_sinks(settings: Settings) -> Iterator[Finding]:
    """What each sink says of itself, but the store, which has a look of its own."""
    for spec in settings.sinks:
        try:
            sink = make_sink(spec, data_dir=settings.data_dir, timezone=settings.zone())
        except ShareKitError:
            continue  # told with the settings
        yield _checked(sink)
        if sink is not spec:
            _close(sink)


def _checked(sink: Sink) -> Finding:
    what = f"sink {sink.name}"
    try:
        trouble = sink.check()
    except Exception as error:  # noqa: BLE001 (a stranger's sink may raise anything)
        return Finding(what, "FAIL", f"cannot be checked: {error!r}. Its events wait in the journal")
    if trouble:
        return Finding(what, "FAIL", f"{trouble} Its events wait in the journal")
    return Finding(what, "OK", "answers, as far as can be seen from here")


def _close(sink: Sink) -> None:
    loop = SinkLoop(sink.name)
    try:
        loop.wait(sink.close())
    except Exception:  # noqa: BLE001, S110 (it was only looked at)
        pass
    finally:
        loop.close()
