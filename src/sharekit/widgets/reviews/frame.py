"""What is the same for every widget of reviews: language, direction, theme, addresses, and how a template is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from sharekit.checks import absolute_url, check_url
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products import Product
from sharekit.rendering.assets import REVIEWS_STYLE
from sharekit.rendering.attributes import attributes
from sharekit.rendering.figures import date_for_people
from sharekit.rendering.translations import Translations, direction, language_tag, translations
from sharekit.reviews.model import Photo
from sharekit.widgets.context import ReviewSource, WidgetContext

THEMES = ("quiet", "brand", "contrast")
_LINK = Markup('<link rel="stylesheet" href="{}">')


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The surroundings of a widget.

    Parameters:
        context, parts: what the kit gives.
        locale: of words, numbers and dates.
        words: in the language of the page.
        direction: ``rtl``, or empty.
        mount: path of the kit's app as browsers see it.
        theme: one of :data:`THEMES`.
        style: link to the style sheet; empty where the page has it in its head.
        level: of the widget's heading, 1 to 5.
    """

    context: WidgetContext
    parts: ReviewSource
    locale: str
    words: Translations
    direction: str
    mount: str
    theme: str
    style: Markup
    level: int
    zone: ZoneInfo

    @property
    def shop(self) -> str:
        """Name of the shop; may be empty."""
        return self.context.settings.site_name

    @property
    def language(self) -> str:
        """The page's language as a BCP 47 tag."""
        return language_tag(self.locale)

    def draw(self, template: str, **values: Any) -> Markup:
        """A template of ours, or the shop's own in its place, with these values."""
        html = self.context.environment.get_template(f"sharekit/{template}.html.jinja").render(
            _=self.words.gettext, ngettext=self.words.ngettext, frame=self, **values
        )
        return Markup(html)  # noqa: S704 - the environment escapes

    def day(self, moment: datetime) -> tuple[str, str]:
        """A moment as the shop's day: for machines and for people."""
        day = moment.astimezone(self.zone).date()
        return day.isoformat(), date_for_people(day, self.locale)

    def photo(self, photo: Photo, *, thumb: bool = False) -> str:
        """Address of a photo, or of its thumbnail."""
        return f"{self.mount}/reviews/photos/{photo.id}.{'webp' if thumb else 'jpg'}"

    def token(self, product: Product, **more: str) -> str:
        """What ties a form to its product: the same for everybody, so that pages can be cached.

        Parameters:
            more: further values that come back with it.
        """
        return self.parts.sign({"p": product.id, "t": product.title, "u": product.url, **more})

    def address(self, url: Any, option: str) -> str:
        """An address of the shop's as a page may carry it: what begins with a slash or a scheme stays as it is.

        Parameters:
            option: its name, for the error.

        Raises:
            InvalidValueError: it is no http(s) or relative address.
        """
        check_url(url, option)
        known = url.startswith(("/", "#", "https://", "http://"))
        return str(url) if known else absolute_url(self.context.settings.base_url, url)


def frame_for(
    context: WidgetContext,
    *,
    locale: Any = None,
    mount: Any = None,
    theme: Any = None,
    style: Any = True,
    level: Any = 2,
) -> Frame:
    """The surroundings for these options.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used.
    """
    settings = context.settings
    spoken = _text("locale", settings.locale if locale is None else locale)
    where = settings.mount if mount is None else _text("mount", mount).rstrip("/")
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 5:
        raise InvalidValueError("heading_level", f"{level!r} is not a whole number from 1 to 5.")
    return Frame(
        context=context,
        parts=context.reviews(),
        locale=spoken,
        words=translations(spoken),
        direction="rtl" if direction(spoken) == "rtl" else "",
        mount=where,
        theme=choose("theme", settings.theme if theme is None else theme, THEMES),
        style=_LINK.format(context.assets.url(REVIEWS_STYLE, where)) if style else Markup(""),
        level=level,
        zone=settings.zone(),
    )


def choose(option: str, value: Any, known: tuple[str, ...]) -> str:
    """One of the values an option may have.

    Raises:
        UnknownNameError: it is none of them; near ones are offered.
    """
    if not isinstance(value, str) or value not in known:
        raise UnknownNameError(option, str(value)[:100], known)
    return value


def whole_number(option: str, value: Any, most: int) -> int:
    """A whole number from 1 to ``most``.

    Raises:
        InvalidValueError: it is something else.
    """
    if type(value) is not int or not 1 <= value <= most:
        raise InvalidValueError(option, f"{value!r} is not a whole number from 1 to {most}.")
    return value


def container(attrs: Mapping[Any, Any] | None) -> tuple[str, str]:
    """Further classes and further attributes of the container, each with a space in front.

    Raises:
        InvalidValueError: a name is no attribute's, or is one that the widget sets itself.
    """
    rest = dict(attrs or {})
    classes = rest.pop("class", None)
    for name in map(str, rest):
        if name.lower() in {"id", "role", "aria-labelledby", "method", "action"} or name.lower().startswith("data-sk-"):
            raise InvalidValueError("attrs", f"{name!r} is set by the widget itself.")
    return f" {classes}" if classes else "", attributes(rest)


def product_of(item: Any) -> Product:
    """The item, when it is a product.

    Raises:
        InvalidValueError: it is another page.
    """
    if not isinstance(item, Product):
        raise InvalidValueError("product", f"reviews are of products; pass a Product, not {type(item).__name__}.")
    return item


def unique(*names: str) -> str:
    """Beginning of ids: the same each time, so that pages can be cached."""
    return "sk-" + blake2b("\x1f".join(names).encode(), digest_size=4).hexdigest()


def _text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(option, f"pass text, not {type(value).__name__}.")
    return value
