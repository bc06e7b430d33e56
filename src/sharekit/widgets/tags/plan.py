"""The options of tagged pictures: checked once per combination, then remembered with the templates for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from markupsafe import Markup

from sharekit.checks import absolute_url, check_text
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products import Cta
from sharekit.rendering.assets import LOOKS_STYLE
from sharekit.rendering.attributes import attributes
from sharekit.rendering.translations import direction
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.pieces import Piece
from sharekit.widgets.tags.views import Entry, Figure, Film, Group, Offer, Pin, Pins, Shot, Whole
from sharekit.widgets.tags.words import Words, words_for

MARKERS = ("number", "dot", "price", "plus")
LISTS = ("shown", "hidden", "rail")
PAGES = ("look", "product")
LOADINGS = ("lazy", "eager")
LAYOUTS = ("grid", "masonry", "carousel")
LINKS = ("direct", "redirect")
THEMES = ("quiet", "brand", "contrast")
MAX_PLACEMENT = 128

_MAX_PLANS = 256
_OWN_ATTRIBUTES = frozenset({"role", "aria-label", "aria-labelledby"})
_View = TypeVar("_View", bound=tuple[Any, ...])


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is the same for all pictures rendered with the same options.

    Parameters:
        context: the parts of the kit.
        locale: of words and prices.
        words: in the language of the page.
        direction: ``rtl``, or empty.
        mount: path of the kit's app as browsers see it.
        go: links lead through the redirect.
        host: of the shop.
        style: link to the style sheet, ready; empty where the page has it in its head.
        others: as in :func:`sharekit.widgets.tags.product_tags`.
    """

    context: WidgetContext
    locale: str
    words: Words
    direction: str
    mount: str
    go: bool
    host: str
    marker: str
    list: str
    theme: str
    page: str
    loading: str
    level: int
    style: str
    known: dict[Any, str] = field(default_factory=dict, compare=False)
    """Labels of disclosures that were made already."""
    forms: dict[Any, Any] = field(default_factory=dict, compare=False)
    """What tags that differ in their texts alone have in common."""

    @cached_property
    def fills(self) -> bool:
        """Whether texts may be filled into what was drawn for another tag: no template of a tag is the shop's own."""
        return self.offer.own and self.pin.own and self.entry.own

    @cached_property
    def offer(self) -> Piece[Offer]:
        """A product."""
        return self._piece("look-offer", "offer", Offer, words=5, ready=1)

    @cached_property
    def pin(self) -> Piece[Pin]:
        """A marker with its card."""
        return self._piece("look-pin", "pin", Pin, words=2, ready=2)

    @cached_property
    def entry(self) -> Piece[Entry]:
        """A tag in the list."""
        return self._piece("look-item", "item", Entry, words=0, ready=2)

    @cached_property
    def pins(self) -> Piece[Pins]:
        """The markers of a picture."""
        return self._piece("look-pins", "pins", Pins, words=1, ready=1)

    @cached_property
    def shot(self) -> Piece[Shot]:
        """A picture with its markers."""
        return self._piece("look-picture", "shot", Shot, words=1, ready=2)

    @cached_property
    def film(self) -> Piece[Film]:
        """A video with its markers."""
        return self._piece("look-film", "film", Film, words=0, ready=3)

    @cached_property
    def figure(self) -> Piece[Figure]:
        """All of it."""
        return self._piece("look", "look", Figure, words=4, ready=6)

    @cached_property
    def whole(self) -> Piece[Whole]:
        """The form of a whole look."""
        return self._piece("look-whole", "whole", Whole, words=0, ready=1)

    @cached_property
    def look_set(self) -> Piece[Group]:
        """A look of several pictures."""
        return self._piece("look-set", "group", Group, words=3, ready=5)

    @cached_property
    def gallery(self) -> Piece[Group]:
        """A gallery."""
        return self._piece("gallery", "group", Group, words=3, ready=5)

    def address(self, url: str) -> str:
        """An address of the shop's as a page may carry it: what begins with a slash or a scheme stays as it is."""
        return (
            url if url.startswith(("/", "https://", "http://")) else absolute_url(self.context.settings.base_url, url)
        )

    def whole_address(self, url: str) -> str:
        """The same with scheme and host."""
        return absolute_url(self.context.settings.base_url, url)

    def is_own(self, url: str) -> bool:
        """Whether an address is on the shop's own host."""
        if url[:1] == "/" and url[1:2] != "/":
            return True
        return urlsplit(self.whole_address(url)).netloc.lower() == self.host

    def _piece(self, template: str, name: str, view: type[_View], *, words: int, ready: int) -> Piece[_View]:
        return Piece(
            self.context.environment,
            f"sharekit/{template}.html.jinja",
            name,
            view,
            words=words,
            ready=ready,
            constants={"words": self.words},
        )


def plan_for(
    context: WidgetContext,
    *,
    marker: Any = "number",
    list_: Any = "shown",
    locale: Any = None,
    mount: Any = None,
    links: Any = None,
    theme: Any = None,
    page: Any = "look",
    loading: Any = "lazy",
    level: Any = 2,
    style: Any = True,
) -> Plan:
    """The plan for these options, made at the first call. Errors are those of ``product_tags``."""
    chosen = ("tags", marker, list_, locale, mount, links, theme, page, loading, level, bool(style))
    plans = context.plans
    try:
        known: Plan | None = plans.get(chosen)
    except TypeError:  # an option that no option can be, such as a list: refused below
        known = None
    if known is not None:
        return known
    settings = context.settings
    spoken = _text("locale", settings.locale if locale is None else locale)
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 6:
        raise InvalidValueError("heading_level", f"{level!r} is not a whole number from 1 to 6.")
    where = settings.mount if mount is None else _text("mount", mount).rstrip("/")
    plan = Plan(
        context=context,
        locale=spoken,
        words=words_for(spoken),
        direction="rtl" if direction(spoken) == "rtl" else "",
        mount=where,
        go=choose("links", settings.links if links is None else links, LINKS) == "redirect",
        host=urlsplit(settings.base_url).netloc.lower(),
        marker=choose("marker", marker, MARKERS),
        list=choose("list", list_, LISTS),
        theme=choose("theme", settings.theme if theme is None else theme, THEMES),
        page=choose("page", page, PAGES),
        loading=choose("loading", loading, LOADINGS),
        level=level,
        style=str(_STYLE.format(context.assets.url(LOOKS_STYLE, where))) if style else "",
    )
    if len(plans) >= _MAX_PLANS:
        plans.clear()
    plans[chosen] = plan
    return plan


def choose(option: str, value: Any, known: tuple[str, ...]) -> str:
    """One of the values an option may have.

    Raises:
        UnknownNameError: it is none of them; near ones are offered.
    """
    if not isinstance(value, str) or value not in known:
        raise UnknownNameError(option, str(value)[:100], known)
    return value


def container(attrs: Mapping[Any, Any] | None) -> tuple[str, str]:
    """Further classes and further attributes of the container, each with a space in front.

    Raises:
        InvalidValueError: a name is no attribute's, or is one that the widget sets itself.
    """
    if not attrs:
        return "", ""
    rest = dict(attrs)
    classes = rest.pop("class", None)
    for name in map(str, rest):
        if name.lower() in _OWN_ATTRIBUTES or name.lower().startswith("data-sk-"):
            raise InvalidValueError("attrs", f"{name!r} is set by the widget itself.")
    return f" {classes}" if classes else "", attributes(rest)


def check_words(value: Any, option: str) -> str:
    """A word of the shop's own: a placement, a variant."""
    return check_text(value, option, longest=MAX_PLACEMENT)


def default_cta(value: Any) -> Cta:
    """What a product's button does where its tag says nothing."""
    if value is None:
        return LINK
    if isinstance(value, Cta | str):
        return Cta.of(value)
    raise InvalidValueError("cta", f"pass a Cta, its kind or its words, not {type(value).__name__}.")


LINK = Cta()
_STYLE = Markup('<link rel="stylesheet" href="{}">')


def _text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(option, f"pass text, not {type(value).__name__}.")
    return value
