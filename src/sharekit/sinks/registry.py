"""Sinks by URL: ``sqlite:events.db``, ``jsonl:///var/log/events.jsonl``, ``memory:``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from sharekit.exceptions import ConfigError, did_you_mean
from sharekit.filters import FROM_URL, Filter
from sharekit.plugins import BuiltIn, Registry
from sharekit.sinks.base import Sink

SINKS = Registry(
    "sink",
    "sharekit.sinks",
    {
        "clickhouse": BuiltIn("sharekit.sinks.clickhouse:ClickHouseSink", "clickhouse"),
        "ga4": BuiltIn("sharekit.sinks.ga4:Ga4Sink"),
        "jsonl": BuiltIn("sharekit.sinks.jsonl:JsonlSink"),
        "kafka": BuiltIn("sharekit.sinks.kafka:KafkaSink", "kafka"),
        "memory": BuiltIn("sharekit.sinks.memory:MemorySink"),
        "meta": BuiltIn("sharekit.sinks.meta:MetaSink"),
        "mysql": BuiltIn("sharekit.sinks.mysql:MysqlSink", "mysql"),
        "nats": BuiltIn("sharekit.sinks.nats:NatsSink", "nats"),
        "postgres": BuiltIn("sharekit.sinks.postgres:PostgresSink", "postgres"),
        "posthog": BuiltIn("sharekit.sinks.posthog:PosthogSink"),
        "rabbitmq": BuiltIn("sharekit.sinks.rabbitmq:RabbitmqSink", "rabbitmq"),
        "redis": BuiltIn("sharekit.sinks.redis:RedisSink", "redis"),
        "s3": BuiltIn("sharekit.sinks.s3:S3Sink", "s3"),
        "segment": BuiltIn("sharekit.sinks.segment:SegmentSink"),
        "sqlite": BuiltIn("sharekit.sinks.sqlite:SqliteSink"),
        "webhook": BuiltIn("sharekit.sinks.webhook:WebhookSink"),
    },
)
"""Every sink by its URL scheme."""


_COMMON = ("name", *FROM_URL)
"""Options of every sink."""
_SECRET = re.compile(r"secret|token|pass|key|sign|auth|credential|^query$", re.IGNORECASE)
_SECRETS = ("secret", "token", "password")
_HEAD = re.compile(r"([^:/?@]*:?/{0,2})(.*)", re.DOTALL)
"""Scheme, colon and slashes, each as far as it is there, and the rest."""
_HIDDEN = "..."
_FLAGS = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkUrl:
    """A sink's URL, taken apart. A sink class makes itself from it in ``from_url``.

    Parameters:
        text: the URL as it was given, with its secrets: never log or show it, but :attr:`shown`.
        scheme: the part before the colon, by which the class was found.
        host: host and port, ``""`` for files. Several are separated by commas.
        user: percent-decoded, ``""`` for none.
        password: percent-decoded, ``""`` for none.
        path: percent-decoded.
        query: the options, each at most once.
        data_dir: the kit's data directory; relative files lie in it.
        timezone: the zone in which reports cut days.
    """

    text: str
    scheme: str
    host: str = ""
    user: str = ""
    password: str = ""
    path: str = ""
    query: Mapping[str, str]
    data_dir: Path
    timezone: ZoneInfo

    @property
    def raw_path(self) -> str:
        """The path as it stands in the URL, percent-encoded."""
        return urlsplit(self.text).path

    @property
    def hosts(self) -> tuple[str, ...]:
        """Each host with its port where it has one, as in ``kafka://one:9092,two:9092/events``."""
        return tuple(host.strip() for host in self.host.split(",") if host.strip())

    @property
    def hostname(self) -> str:
        """The (first) host without its port, in lower case; ``""`` for none."""
        return self._first().hostname or ""

    @property
    def port(self) -> int | None:
        """The (first) host's port; ``None`` when the URL names none."""
        return self._first().port

    @property
    def shown(self) -> str:
        """The URL without its secrets: the password (or key in its place), options such as ``secret`` and ``token``."""
        return without_secrets(self.text)

    def _first(self) -> SplitResult:
        return urlsplit(f"//{self.hosts[0] if self.hosts else ''}")

    def file(self) -> Path:
        """The file that the URL names: ``sqlite:name.db`` in the data directory, ``sqlite:///path/name.db`` anywhere.

        Raises:
            ConfigError: the URL names a host, or no file.
        """
        if self.host:
            raise ConfigError(
                f"{self.shown!r}: write {self.scheme}:{self.host} for a file in the data directory, "
                f"or {self.scheme}:///path/to/file for one elsewhere."
            )
        if not self.path.strip("/") or "\x00" in self.path:
            raise ConfigError(f"{self.shown!r}: names no file; write for example {self.scheme}:events.{self.scheme}.")
        return self.data_dir / self.path

    def options(self, **known: Callable[[str], Any]) -> dict[str, Any]:
        """The options given, each turned into a value by the function of its name.

        Raises:
            ConfigError: an unknown option, or a value that its function refuses.
        """
        values: dict[str, Any] = {}
        for name in self.query:
            if name in _COMMON and name not in known:
                continue
            if name not in known:
                raise ConfigError(f"{self.shown!r}: unknown option {name!r}.{did_you_mean(name, [*known, *_COMMON])}")
            values[name] = self._value(name, known[name])
        return values

    def filters(self) -> tuple[Filter, ...]:
        """The filters that the options ask for, which every sink has: ``only``, ``consent``, ``redact``, ``sample``.

        Raises:
            ConfigError: one has a value that cannot be used.
        """
        return tuple(self._value(name, make) for name, make in FROM_URL.items() if name in self.query)

    def _value(self, name: str, make: Callable[[str], Any]) -> Any:
        value = self.query[name]
        try:
            return make(value)
        except ValueError as error:
            seen = _HIDDEN if _is_secret(name) else repr(value)
            why = "" if _is_secret(name) else f" ({error})"
            raise ConfigError(f"{self.shown!r}: option {name}={seen} cannot be used{why}.") from None


def flag(text: str) -> bool:
    """Yes or no, from an option."""
    word = text.strip().lower()
    if word not in _FLAGS:
        raise ValueError("write yes or no")
    return _FLAGS[word]


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
        if not parts.scheme:
            raise ConfigError(
                f"sink {without_secrets(text)!r}: write it as a URL such as 'jsonl:events.jsonl'. Known: {_schemes()}."
            )
        credentials, _, host = parts.netloc.rpartition("@")
        user, _, password = credentials.partition(":")
        url = SinkUrl(
            text=text,
            scheme=parts.scheme,
            host=host,
            user=unquote(user),
            password=unquote(password),
            path=unquote(parts.path),
            query=dict(options),
            data_dir=Path(data_dir),
            timezone=timezone,
        )
        for one in url.hosts:
            _ = urlsplit(f"//{one}").port
    except ConfigError:
        raise
    except ValueError:  # its text may have a part of a password in it
        raise ConfigError(
            f"sink {without_secrets(text)!r}: not a URL. A port is a number up to 65535, an option name=value, and "
            "in a user or password / ? # @ % are written %2F %3F %23 %40 %25."
        ) from None
    if len(url.query) != len(options):
        raise ConfigError(f"sink {url.shown!r}: gives an option twice.")
    return url


def without_secrets(text: str) -> str:
    """A sink's URL, or what was meant to be one, as it may be shown: see :attr:`SinkUrl.shown`.

    A password in which ``/``, ``?`` or ``#`` was not encoded ends at the last ``@`` all the same, so more may be hidden
    than is secret.
    """
    head, rest = _HEAD.match(text).groups()  # type: ignore[union-attr]  # it matches any text
    credentials, at, place = rest.rpartition("@")
    user, colon, _ = credentials.partition(":")
    if at and "?" not in user and (colon or head.endswith("//")):
        head, rest = f"{head}{f'{user}:' if colon else ''}{_HIDDEN}@", place
    before, question, query = rest.partition("?")
    return head + before + question + "&".join(_option_shown(part) for part in query.split("&"))


def _option_shown(part: str) -> str:
    name, equals, value = part.partition("=")
    return f"{name}={_HIDDEN}" if equals and (_is_secret(unquote(name)) or "@" in unquote(value)) else part


def _is_secret(option: str) -> bool:
    """Whether the name of an option tells of a secret, or is one that was mistyped."""
    if option == "secure":  # no mistyped "secret"
        return False
    return bool(_SECRET.search(option) or get_close_matches(option.lower(), _SECRETS, cutoff=0.7))


def make_sink(spec: str | Sink, *, data_dir: Path, timezone: ZoneInfo) -> Sink:
    """The sink that ``spec`` means: an object as it is, a URL as a new object.

    Parameters:
        spec: a sink object, or a URL; the option ``name`` of any URL gives the sink another name, and others
            filter what it gets (see :mod:`sharekit.filters`).
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
    if filters := url.filters():
        sink.filters = (*sink.filters, *filters)
    return sink


def make_sinks(
    specs: Sequence[str | Sink],
    *,
    data_dir: Path,
    timezone: ZoneInfo,
    filters: Mapping[str, Sequence[Filter]] | None = None,
) -> list[Sink]:
    """The sinks that ``specs`` mean, with their filters.

    Parameters:
        specs: sink objects and URLs.
        data_dir: where relative files lie.
        timezone: zone in which a store cuts days.
        filters: further filters per sink, by its name.

    Raises:
        ConfigError: a URL cannot be used, or a filter is meant for a sink that is not among these.
    """
    sinks = [make_sink(spec, data_dir=data_dir, timezone=timezone) for spec in specs]
    by_name = {sink.name: sink for sink in sinks}
    for name, chosen in (filters or {}).items():
        if name not in by_name:
            raise ConfigError(f"filters: there is no sink {name!r}.{did_you_mean(name, by_name)}")
        sink = by_name[name]
        sink.filters = (*sink.filters, *(one for one in chosen if one not in sink.filters))
    return sinks


def sink_class(scheme: str) -> type[Sink]:
    """The class registered for a URL scheme."""
    found: Any = SINKS.load(scheme)
    if not (isinstance(found, type) and issubclass(found, Sink)):
        raise ConfigError(f"the sink {scheme!r} is registered as {found!r}, which is not a Sink class.")
    return found


def _schemes() -> str:
    return ", ".join(SINKS.names())
