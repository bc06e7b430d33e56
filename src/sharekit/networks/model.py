"""A network: one row of facts about a place people share to, and nothing that acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from sharekit.exceptions import InvalidValueError, did_you_mean

Status = Literal[
    "ok", "degraded", "single_source", "app_only", "needs_app_id", "sdk_only", "qr_only", "dead",
]  # fmt: skip
Kind = Literal["https", "scheme"]
Text = Literal["ok", "ignored", "in_body", "title_only"]
Media = Literal["required", "optional", "og_only", "none"]
Counts = Literal["characters", "graphemes", "x"]

LIVE_STATUSES = frozenset({"ok", "degraded", "single_source", "app_only", "needs_app_id"})
"""Statuses of networks that a link can be built for."""

PSEUDO_NETWORKS = ("copy", "native", "print", "qr")
"""Controls of the share widget that are counted like networks but have no address."""

MESSAGE_FIELDS = frozenset({"url", "text", "title", "image", "hashtags", "hashtag", "tags", "tag"})
"""Fields of :attr:`Network.params` that are filled from what is shared. All others are options of the shop's
(``network_options``), except ``via``, which may come from either."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?&=+@%-]+")
# A link in one of these would run code, or show content, in the name of the shop.
_REFUSED_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "http"})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Network:
    """One place people share to, as data. Rows of the shop's own are made with the same class.

    Parameters:
        key: lower-case word by which templates, events and style classes call it (``"whatsapp"``).
        label: its name as people read it.
        base_url: address that takes the share, without the parameters. ``{option}`` in it is replaced by an option
            (``https://{instance}/share``).
        params: which query parameter takes which field. Fields filled from what is shared: ``url``, ``text``,
            ``title``, ``image``, ``hashtags`` (comma-joined, without ``#``), ``tags`` (the same), ``hashtag`` (the
            first one, with ``#``), ``tag`` (the first one, without), ``via``. Any other field is an option that the
            shop sets in ``network_options``.
        fixed: query parameters that never change.
        status: ``ok``; ``degraded`` (works, less than it used to); ``single_source`` (its address is known from one
            place only); ``app_only`` (a scheme that only the installed app answers); ``needs_app_id``; ``sdk_only``
            and ``qr_only`` (no address exists); ``dead``.
        kind: ``https``, or ``scheme`` for ``mailto:``, ``sms:`` and the addresses of apps.
        required: fields without which the network shows nothing useful.
        text: ``ok`` (has a field of its own), ``ignored``, ``in_body`` (the link must stand inside the text),
            ``title_only``.
        media: ``required``, ``optional`` (a picture can be handed over), ``og_only`` (the network reads the page's
            Open Graph tags), ``none``.
        limit: longest text, link included, in the unit that ``counts`` names; of a ``title_only`` network, longest
            title.
        counts: ``characters`` (code points), ``graphemes``, or ``x`` (weighted as X does, any link 23).
        separator: what stands between text and link when the text is ``in_body``.
        new_window: open in a new tab; by default so for ``https``.
        follow_url: address of a profile, with ``{handle}`` or another word in braces.
        source: where these facts were read.
        checked: day on which they were.
        note: what a shop should know before it shows this network.
        icon: id in the icon sprite; the key by default.
        died: of a dead network: day or year it closed, or ``"date not verified"``.
        instead: key of what to use in its place.

    Raises:
        InvalidValueError: a value cannot work; ``error.field`` names it.
    """

    key: str
    label: str
    base_url: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    status: Status = "ok"
    kind: Kind = "https"
    required: tuple[str, ...] = ()
    text: Text = "ok"
    media: Media = "none"
    limit: int | None = None
    counts: Counts = "characters"
    separator: str = " "
    new_window: bool | None = None
    follow_url: str = ""
    source: str = ""
    checked: date | None = None
    note: str = ""
    icon: str = ""
    died: str = ""
    instead: str = ""
    templates: dict[frozenset[str], str] = field(init=False, repr=False, default_factory=dict)
    """Links with their blanks still open, by the fields they carry; kept here by :mod:`sharekit.networks.links`."""

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        if not isinstance(self.key, str) or not _KEY.fullmatch(self.key):
            raise InvalidValueError("Network.key", f"{self.key!r} is not a lower-case word such as 'my_network'.")
        where = f"Network({self.key})"
        if not isinstance(self.label, str) or not self.label.strip():
            raise InvalidValueError(f"{where}.label", "is empty; it is the name that people read.")
        for name, words in _WORDS.items():
            value = getattr(self, name)
            if value not in words:
                known = did_you_mean(str(value), words)
                raise InvalidValueError(f"{where}.{name}", f"{value!r} is not a word it can be.{known}")
        if self.limit is not None and (isinstance(self.limit, bool) or self.limit < 1):
            raise InvalidValueError(f"{where}.limit", "pass a whole number above 0, or leave it out.")
        for name in ("params", "fixed"):
            set_field(self, name, dict(getattr(self, name)))
        set_field(self, "required", tuple(self.required))
        if self.new_window is None:
            set_field(self, "new_window", self.kind == "https")
        if not self.icon:
            set_field(self, "icon", self.key)
        if self.live:
            self._check_address(where)

    @property
    def live(self) -> bool:
        """Whether a link can be built for it."""
        return self.status in LIVE_STATUSES

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Options that stand inside ``base_url``: ``("instance",)`` for Mastodon."""
        return tuple(_PLACEHOLDER.findall(self.base_url))

    @property
    def options(self) -> frozenset[str]:
        """Names that ``network_options`` may set for it."""
        return frozenset({*self.params, *self.placeholders} - MESSAGE_FIELDS)

    @property
    def needs_instance(self) -> bool:
        """Whether the shopper must first say on which server the account is (Mastodon and the wider fediverse)."""
        return "{instance}" in self.base_url

    def as_dict(self) -> dict[str, Any]:
        """The facts as JSON values, empty ones left out."""
        out: dict[str, Any] = {name: getattr(self, name) for name in _FACTS}
        out["checked"] = self.checked.isoformat() if self.checked else ""
        out["required"] = list(self.required)
        return {name: value for name, value in out.items() if value not in ("", None, {}, [])}

    def _check_address(self, where: str) -> None:
        bare = _PLACEHOLDER.sub("x", self.base_url)
        scheme = bare.partition(":")[0].lower()
        if self.kind == "https" and not re.match(r"https://[^/?@]+([/?]|$)", bare):
            raise InvalidValueError(
                f"{where}.base_url", f"{self.base_url!r} does not start with 'https://' and a host."
            )
        if not _ADDRESS.fullmatch(bare) or ":" not in bare or scheme in _REFUSED_SCHEMES:
            raise InvalidValueError(f"{where}.base_url", f"{self.base_url!r} is not an address that can be linked to.")
        for name in (*self.params.values(), *self.fixed):
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise InvalidValueError(f"{where}.params", f"{name!r} is not the name of a query parameter.")
        if "text" not in self.params if self.text == "in_body" else "url" not in self.params:
            missing = "text" if self.text == "in_body" else "url"
            raise InvalidValueError(f"{where}.params", f"has no {missing!r}, so the link would be lost.")


_WORDS: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "kind": get_args(Kind),
    "text": get_args(Text),
    "media": get_args(Media),
    "counts": get_args(Counts),
}
_FACTS = (
    "key", "label", "status", "kind", "base_url", "params", "fixed", "required", "text", "media", "limit", "counts",
    "new_window", "follow_url", "source", "note", "died", "instead",
)  # fmt: skip
