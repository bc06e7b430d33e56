"""Many pictures: ``gallery(pictures)``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta, Picture, Ratio
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.tags.data import structured
from sharekit.widgets.tags.figure import check_csrf, figure, unique
from sharekit.widgets.tags.honesty import may_be_shown
from sharekit.widgets.tags.inspection import inspect
from sharekit.widgets.tags.plan import LAYOUTS, check_words, choose, container, default_cta, plan_for
from sharekit.widgets.tags.views import Group


def gallery(
    context: WidgetContext,
    pictures: Iterable[Picture],
    *,
    layout: str = "grid",
    label: str | None = None,
    crop: Ratio | None = None,
    marker: str = "number",
    list: str = "hidden",  # noqa: A002 (the word template authors read)
    cta: Cta | str | None = None,
    csrf: Mapping[str, str] | None = None,
    placement: str = "",
    variant: str = "",
    caption: str | None = "",
    locale: str | None = None,
    mount: str | None = None,
    links: str | None = None,
    theme: str | None = None,
    style: bool = True,
    page: str = "look",
    loading: str = "lazy",
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """Pictures side by side, tagged or not; nothing when there is none that may be shown.

    A carousel is a list that scrolls and snaps: it works without scripts, and nothing moves by itself. Customers'
    pictures are shown while the right to do so holds; the others are left out, and the log says which.

    Parameters:
        pictures: the pictures, in order. Each should know its size, so that nothing shifts when it loads.
        layout: ``"grid"``, ``"masonry"`` or ``"carousel"``.
        label: accessible name of the list; "Shop these looks" in the language of the page when left out.
        caption: what stands below each picture besides its credit line; nothing when left out.
        crop, marker, list, cta, csrf, placement, variant, locale, mount, links, theme, style, page, loading,
            attrs: as in
            :func:`sharekit.widgets.tags.product_tags`.

    Raises:
        UnknownNameError: the value of an option that nobody knows; near ones are offered.
        InvalidValueError: a value cannot be used; ``error.field`` names it.
        MissingExtraError: links have to be signed, and the package for that is not installed.
    """
    plan = plan_for(
        context,
        marker=marker,
        list_=list,
        locale=locale,
        mount=mount,
        links=links,
        theme=theme,
        style=style,
        page=page,
        loading=loading,
    )
    choose("layout", layout, LAYOUTS)
    shared: dict[str, Any] = {
        "cta": default_cta(cta),
        "csrf": check_csrf(csrf),
        "placement": check_words(placement, "placement"),
        "variant": check_words(variant, "variant"),
    }
    extra_class, more = container(attrs)
    given = _pictures(pictures)
    for picture in given:
        inspect(context, picture)
    shown = [picture for picture in given if may_be_shown(plan, picture)]
    if not shown:
        return Markup("")
    items = [f"<li>{figure(plan, picture, **shared, crop=crop, caption=caption)}</li>" for picture in shown]
    html = plan.gallery.render(
        Group(
            layout,
            plan.level,
            plan.theme,
            "",
            "".join(items),
            "",
            structured(plan, (product for picture in shown for product in picture.products), shown),
            more,
            unique(" ".join(picture.id for picture in shown), placement),
            plan.words.looks if label is None else check_text(label, "label", longest=300),
            "",
            extra_class,
        )
    )
    return Markup(plan.style + html)  # noqa: S704 - made of pieces


def _pictures(value: Any) -> list[Picture]:
    if isinstance(value, str | Picture) or not isinstance(value, Iterable):
        raise InvalidValueError("pictures", f"pass a list of Pictures, not {type(value).__name__}.")
    found = []
    for number, picture in enumerate(value, 1):
        if not isinstance(picture, Picture):
            raise InvalidValueError(f"pictures[{number}]", f"pass a Picture, not {type(picture).__name__}.")
        found.append(picture)
    return found
