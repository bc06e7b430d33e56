"""The settings of a kit: one dataclass, filled from keywords, a framework's configuration, or the environment.

Precedence, highest first: keywords, the mapping (``app.config["SHAREKIT_..."]``), the environment
(``SHAREKIT_...``), the default below. Unknown names are refused with a did-you-mean.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sharekit.exceptions import ConfigError, did_you_mean

PREFIX = "SHAREKIT_"
Durability = Literal["memory", "process", "disk"]
Links = Literal["direct", "redirect"]
DEFAULT_NETWORKS = ("whatsapp", "facebook", "x", "pinterest", "telegram", "bluesky", "email", "copy", "native")


@dataclass(kw_only=True)
class Settings:
    """What an app tells the kit. Every field is a keyword of :class:`sharekit.ShareKit`.

    Parameters:
        base_url: scheme and host of the shop, ``https://shop.example``; relative URLs are joined to it.
        data_dir: directory for the journal, the store and the secret; made when missing. Absolute from the start.
        secret_key: signs links; a list is newest first, older ones still verify. Default: made once and kept in
            ``data_dir/secret.key``.
        networks: names (or :class:`sharekit.networks.Network` objects of your own) shown when a call names none.
        network_options: per network, fixed parameters such as ``{"messenger": {"app_id": "..."}}``.
        sinks: where events go besides the store: URLs (``"jsonl:events.jsonl"``) or sink objects.
        filters: per sink, by its name, functions that change or leave out events before it (:mod:`sharekit.filters`).
        store: the sink that reports read, by URL; relative paths lie in ``data_dir``.
        adapt: turns the shop's own object into a ``Product`` or ``Shareable``.
        locale: language of labels when the call or the framework names none (``"de"``, ``"pt_BR"``).
        timezone: IANA zone in which reports cut days.
        site_name: shop's name in previews.
        x_account: the shop's X account for ``twitter:site``, with or without ``@``.
        default_image: picture for previews of pages without one.
        mount: path under which the kit's own app is mounted.
        links: ``"direct"``: straight to the network; ``"redirect"``: through ``/go/``, counted without JavaScript.
        utm: add ``utm_source`` and ``utm_medium`` to shared URLs.
        utm_campaign: value of ``utm_campaign``; none when empty.
        theme: ``"quiet"``, ``"brand"`` or ``"contrast"``.
        fediverse_instances: instances that the fediverse chooser suggests.
        template_dirs: folders searched for ``sharekit/*.html.jinja`` before the library's own.
        durability: level per event name (``"memory"``, ``"process"``, ``"disk"``), ``"*"`` for all others.
        journal_bytes: what is not delivered yet takes so many bytes on the disk at most; beyond them impressions and
            clicks are sampled, then all but purchases and refunds left out.
        journal_age: what is not delivered by then is left out, purchases and refunds excepted.
        networked_data_dir: allow a ``data_dir`` on a network file system, for a single host that knows it to be safe.
        deliver: run the delivery thread in this process (no when a ``sharekit-web deliver`` service runs).
        event_names: names of the shop's own that may be recorded besides the standard ones.
        allowed_origins: other origins (``https://www.shop.example``) whose pages may post events.
        trusted_proxies: addresses or networks whose ``X-Forwarded-For`` is believed; ``"unix"`` for a socket.
        rate_limit: events a visitor may post, ``"COUNT/minute"`` (second, hour), COUNT at once; ``None``: no limit.
        count_agents: user agents (substrings) counted as people although the crawler list names them.
        debug: raise an error where product tags have one, instead of logging it.
        metrics_token: who sends it as ``Authorization: Bearer`` may read ``/metrics``; empty: there is no such page.
        attribution_days: days after a visit in which a purchase is credited to its share.
        reviews: where reviews are kept, by URL (relative paths lie in ``data_dir``), or a store as an object.
        review_policy: a :class:`sharekit.reviews.policy.ReviewPolicy`, or a mapping of its fields.
        mail: a function ``(to, subject, text)`` that sends a mail, or the URL of an SMTP server.
        customer: given a request, tells who is signed in: a ``Customer`` (:mod:`sharekit.reviews.people`), a mapping of
            its fields ``id``, ``name``, ``email``, ``orders``, or ``None``.
        review_address: given a review, its writer's e-mail address, where the shop knows it: the kit keeps none.
    """

    base_url: str
    data_dir: Path = Path("sharekit-data")
    secret_key: Sequence[str] = ()
    networks: Sequence[Any] = DEFAULT_NETWORKS
    network_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sinks: Sequence[Any] = ()
    filters: Mapping[str, Sequence[Callable[[Any], Any]]] = field(default_factory=dict)
    store: str = "sqlite:events.db"
    adapt: Callable[[Any], Any] | None = None
    locale: str = "en"
    timezone: str = "UTC"
    site_name: str = ""
    x_account: str = ""
    default_image: str = ""
    mount: str = "/sharekit"
    links: Links = "direct"
    utm: bool = True
    utm_campaign: str = ""
    theme: str = "quiet"
    fediverse_instances: Sequence[str] = ("mastodon.social", "mastodon.online", "mas.to", "fosstodon.org")
    template_dirs: Sequence[str | Path] = ()
    durability: Mapping[str, Durability] = field(default_factory=dict)
    journal_bytes: int = 1024**3
    journal_age: timedelta = timedelta(days=30)
    networked_data_dir: bool = False
    deliver: bool = True
    event_names: Sequence[str] = ()
    allowed_origins: Sequence[str] = ()
    trusted_proxies: Sequence[str] = ()
    rate_limit: str | None = "600/minute"
    count_agents: Sequence[str] = ()
    attribution_days: int = 30
    metrics_token: str = ""
    reviews: Any = "sqlite:reviews.db"
    review_policy: Any = None
    mail: Any = None
    customer: Callable[[Any], Any] | None = None
    review_address: Callable[[Any], str | None] | None = None
    debug: bool = False

    def __post_init__(self) -> None:
        self.base_url = _origin("base_url", self.base_url)
        self.data_dir = Path(self.data_dir).absolute()  # a daemon changes its directory later
        for name in _SEQUENCES:
            setattr(self, name, _sequence(name, getattr(self, name)))
        if self.adapt is not None and not callable(self.adapt):
            raise ConfigError("adapt: pass a function that turns your object into a Product or Shareable.")
        if self.links not in get_args(Links):
            raise ConfigError(f"links: {self.links!r} is not one of {', '.join(get_args(Links))}.")
        for event, level in self.durability.items():
            if level not in get_args(Durability):
                raise ConfigError(f"durability[{event!r}]: {level!r} is not one of {', '.join(get_args(Durability))}.")
        if not self.mount.startswith("/") or self.mount != "/" + self.mount.strip("/"):
            raise ConfigError(f"mount: {self.mount!r} must start with a slash and end without one, like '/sharekit'.")
        self.allowed_origins = tuple(_origin("allowed_origins", origin) for origin in self.allowed_origins)
        if any(not isinstance(key, str) or len(key) < 16 for key in self.secret_key):
            raise ConfigError("secret_key: use text of at least 16 characters (or several, newest first).")
        if not isinstance(self.metrics_token, str) or 0 < len(self.metrics_token) < 16:
            raise ConfigError("metrics_token: use text of at least 16 characters, or none to have no page of metrics.")
        self.filters = {name: _functions(name, chosen) for name, chosen in self.filters.items()}
        if (
            isinstance(self.attribution_days, bool)
            or not isinstance(self.attribution_days, int)
            or self.attribution_days < 1
        ):
            raise ConfigError("attribution_days: pass a whole number of days, 1 or more.")
        if (
            isinstance(self.journal_bytes, bool)
            or not isinstance(self.journal_bytes, int)
            or self.journal_bytes < 2**20
        ):
            raise ConfigError("journal_bytes: pass a whole number of bytes, at least 1048576 (1 MiB).")
        if not isinstance(self.journal_age, timedelta) or self.journal_age <= timedelta():
            raise ConfigError("journal_age: pass a timedelta above zero, such as timedelta(days=30).")
        if isinstance(self.reviews, str) and ":" not in self.reviews:
            raise ConfigError(
                "reviews: pass the URL of a store, such as 'sqlite:reviews.db' or 'postgres://host/shop'."
            )
        if self.customer is not None and not callable(self.customer):
            raise ConfigError("customer: pass a function that tells who is signed in, given a request.")
        if self.review_address is not None and not callable(self.review_address):
            raise ConfigError("review_address: pass a function that gives the e-mail address of a review's writer.")
        is_smtp = isinstance(self.mail, str) and self.mail.startswith(("smtp://", "smtps://"))
        if self.mail is not None and not is_smtp and not callable(self.mail):
            raise ConfigError(
                "mail: pass a function (to, subject, text), or a URL such as "
                "'smtp://user:password@mail.example:587/?from=shop@shop.example'."
            )
        parse_rate(self.rate_limit)
        self.zone()
        self.proxy_networks()

    @classmethod
    def load(cls, mapping: Mapping[str, Any] | None = None, /, **keywords: Any) -> Self:
        """Settings from keywords, then ``mapping`` (its ``SHAREKIT_`` names), then the environment.

        Raises:
            ConfigError: an unknown name, or a value that cannot work; the message names the setting.
        """
        known = {item.name for item in fields(cls)}
        for name in keywords:
            if name not in known:
                raise ConfigError(f"unknown setting {name!r}.{did_you_mean(name, known)}")
        values: dict[str, Any] = {}
        for source, parse in ((os.environ, True), (mapping or {}, False)):
            for key, value in source.items():
                if not isinstance(key, str) or not key.startswith(PREFIX):
                    continue
                name = key.removeprefix(PREFIX).lower()
                if name not in known:
                    if parse:
                        continue  # the environment is everybody's: SHAREKIT_REQUIRE_SERVICES is not a setting
                    raise ConfigError(f"unknown setting {key!r}.{did_you_mean(name, known)}")
                values[name] = _parse(name, value) if parse else value
        values.update(keywords)
        if not values.get("base_url"):
            raise ConfigError(
                "base_url is missing: pass the shop's address, such as base_url='https://shop.example' "
                f"(or set {PREFIX}BASE_URL)."
            )
        return cls(**values)

    def zone(self) -> ZoneInfo:
        """The time zone in which reports cut days."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(f"timezone: {self.timezone!r} is not an IANA zone such as 'Europe/Berlin'.") from None

    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The trusted proxies as address networks (``"unix"`` left out)."""
        try:
            return tuple(ip_network(item, strict=False) for item in self.trusted_proxies if item != "unix")
        except ValueError as error:
            raise ConfigError(f"trusted_proxies: {error}; use addresses or networks such as '10.0.0.0/8'.") from None


def parse_rate(text: str | None) -> tuple[float, float] | None:
    """``"600/minute"`` as (burst, refill per second); ``None`` for no limit.

    Raises:
        ConfigError: the text has another form.
    """
    if text is None:
        return None
    count, _, unit = str(text).partition("/")
    seconds = {"second": 1, "minute": 60, "hour": 3600}.get(unit.strip())
    if seconds is None or not count.strip().isdecimal() or int(count) < 1:
        raise ConfigError(f"rate_limit: {text!r} is not of the form '600/minute' (or second, hour), nor None.")
    return float(int(count)), int(count) / seconds


_SEQUENCES = frozenset({
    "secret_key", "networks", "sinks", "fediverse_instances", "template_dirs",
    "event_names", "allowed_origins", "trusted_proxies", "count_agents",
})  # fmt: skip
_MAPPINGS = frozenset({"network_options", "durability", "review_policy"})
_FUNCTIONS = frozenset({"adapt", "customer", "review_address"})
_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


_BETWEEN_URLS = re.compile(r",(?=\s*[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:[,/?]|$)))")
"""A comma before a scheme. Others belong to a URL: ``kafka://one:9092,two:9092/events?only=purchase,refund``."""


def _parse(name: str, text: str) -> Any:
    """A value from the environment, where everything is text."""
    if name in {"utm", "deliver", "debug", "networked_data_dir"}:
        if text.lower() not in _FLAGS:
            raise ConfigError(f"{PREFIX}{name.upper()}: {text!r} is not one of {', '.join(_FLAGS)}.")
        return _FLAGS[text.lower()]
    if name == "sinks":
        return tuple(item.strip() for item in _BETWEEN_URLS.split(text) if item.strip())
    if name == "filters":
        raise ConfigError(
            f"{PREFIX}FILTERS: functions cannot come from the environment; use options of the sink's URL "
            "(only=, consent=, redact=, sample=), or pass filters= in code."
        )
    if name in _FUNCTIONS:
        raise ConfigError(f"{PREFIX}{name.upper()}: a function cannot come from the environment; pass {name}= in code.")
    if name == "rate_limit" and text.lower() in {"", "none", "off"}:
        return None
    if name in {"attribution_days", "journal_bytes"}:
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{PREFIX}{name.upper()}: {text!r} is not a whole number.") from None
    if name == "journal_age":
        try:
            return timedelta(days=float(text))
        except (ValueError, OverflowError):
            raise ConfigError(f"{PREFIX}JOURNAL_AGE: {text!r} is not a number of days.") from None
    if name in _MAPPINGS:
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{PREFIX}{name.upper()}: not JSON ({error}).") from None
    if name in _SEQUENCES:
        return tuple(item.strip() for item in text.split(",") if item.strip())
    return text


def _sequence(name: str, value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, Sequence):
        raise ConfigError(f"{name}: pass a list, not {type(value).__name__}.")
    return tuple(value)


def _functions(sink: str, chosen: Any) -> tuple[Callable[[Any], Any], ...]:
    functions = _sequence("filters", chosen) if isinstance(chosen, Sequence) else (chosen,)
    if not all(callable(function) for function in functions):
        raise ConfigError(f"filters[{sink!r}]: pass functions, such as those of sharekit.filters.")
    return tuple(functions)


def _origin(name: str, value: str) -> str:
    """``https://host[:port][/path]`` without a trailing slash."""
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(f"{name}: {value!r} is not an address such as 'https://shop.example'.")
    return value.rstrip("/")
