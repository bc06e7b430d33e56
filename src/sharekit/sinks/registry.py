"""Sinks by URL: ``sqlite:events.db``, ``jsonl:///var/log/events.jsonl``, ``memory:``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from sharekit.exceptions import ConfigError, did_you_mean
from sharekit.plugins import BuiltIn, Registry
from sharekit.sinks.base import Sink

SINKS = Registry(
    "sink",
    "sharekit.sinks",
    {
        "sqlite": BuiltIn("sharekit.sinks.sqlite:SqliteSink"),
        "jsonl": BuiltIn("sharekit.sinks.jsonl:JsonlSink"),
        "memory": BuiltIn("sharekit.sinks.memory:MemorySink"),
    },
)
"""Every sink by its URL scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkUrl:
    """A sink's URL, taken apart. A sink class makes itself from it in ``from_url``.

    Parameters:
        text: the URL as it was given.
        scheme: the part before the colon, by which the class was found.
        host: host and port, ``""`` for files.
        path: percent-decoded.
        query: the options, each at most once.
        data_dir: the kit's data directory; relative files lie in it.
        timezone: the zone in which reports cut days.
    """

    text: str
    scheme: str
    host: str = ""
    path: str = ""
    query: Mapping[str, str]
    data_dir: Path
    timezone: ZoneInfo

    def file(self) -> Path:
        """The file that the URL names: ``sqlite:name.db`` in the data directory, ``sqlite:///path/name.db`` anywhere.

        Raises:
            ConfigError: the URL names a host, or no file.
        """
        if self.host:
            raise ConfigError(
                f"{self.text!r}: write {self.scheme}:{self.host} for a file in the data directory, "
                f"or {self.scheme}:///path/to/file for one elsewhere."
            )
        if not self.path.strip("/") or "\x00" in self.path:
            raise ConfigError(f"{self.text!r}: names no file; write for example {self.scheme}:events.{self.scheme}.")
        return self.data_dir / self.path

    def options(self, **known: Callable[[str], Any]) -> dict[str, Any]:
        """The options given, each turned into a value by the function of its name.

        Raises:
            ConfigError: an unknown option, or a value that its function refuses.
        """
        values: dict[str, Any] = {}
        for name, value in self.query.items():
            if name == "name":
                continue
            if name not in known:
                raise ConfigError(f"{self.text!r}: unknown option {name!r}.{did_you_mean(name, [*known, 'name'])}")
            try:
                values[name] = known[name](value)
            except ValueError as error:
                raise ConfigError(f"{self.text!r}: option {name}={value!r} cannot be used ({error}).") from None
        return values


def positive(text: str) -> int:
    """A whole number above 0, from an option."""
    number = int(text)
    if number < 1:
        raise ValueError("must be above 0")
    return number


def parse_sink_url(text: str, *, data_dir: Path, timezone: ZoneInfo) -> SinkUrl:
    """Take a sink's URL apart.

    Raises:
        ConfigError: it has no scheme, gives an option twice, or is no URL at all.
    """
    try:
        parts = urlsplit(text)
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise ConfigError(f"sink {text!r}: not a URL ({error}).") from None
    if not parts.scheme or ":" not in text:
        raise ConfigError(f"sink {text!r}: write it as a URL such as 'jsonl:events.jsonl'. Known: {_schemes()}.")
    query = dict(options)
    if len(query) != len(options):
        raise ConfigError(f"sink {text!r}: gives an option twice.")
    return SinkUrl(
        text=text,
        scheme=parts.scheme,
        host=parts.netloc,
        path=unquote(parts.path),
        query=query,
        data_dir=Path(data_dir),
        timezone=timezone,
    )


def make_sink(spec: str | Sink, *, data_dir: Path, timezone: ZoneInfo) -> Sink:
    """The sink that ``spec`` means: an object as it is, a URL as a new object.

    Parameters:
        spec: a sink object, or a URL; the option ``name`` of any URL gives the sink another name.
        data_dir: where relative files lie.
        timezone: zone in which a store cuts days.

    Raises:
        ConfigError: the URL or one of its options cannot be used.
        UnknownNameError: no sink has the scheme.
        MissingExtraError: the sink needs a package that is not installed.
    """
    if isinstance(spec, Sink):
        return spec
    if not isinstance(spec, str):
        raise ConfigError(f"sinks: pass URLs or Sink objects, not {type(spec).__name__}.")
    url = parse_sink_url(spec, data_dir=data_dir, timezone=timezone)
    sink: Sink = sink_class(url.scheme).from_url(url)
    if url.query.get("name"):
        sink.name = url.query["name"]
    return sink


def sink_class(scheme: str) -> type[Sink]:
    """The class registered for a URL scheme."""
    found: Any = SINKS.load(scheme)
    if not (isinstance(found, type) and issubclass(found, Sink)):
        raise ConfigError(f"the sink {scheme!r} is registered as {found!r}, which is not a Sink class.")
    return found


def _schemes() -> str:
    return ", ".join(SINKS.names())
