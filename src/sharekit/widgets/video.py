"""A video with products in it: ``video(video)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta, Video
from sharekit.rendering.attributes import attributes
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.tags.cuts import Cut
from sharekit.widgets.tags.data import structured
from sharekit.widgets.tags.figure import check_csrf, unique
from sharekit.widgets.tags.honesty import may_be_shown, notices
from sharekit.widgets.tags.inspection import inspect
from sharekit.widgets.tags.offers import Shelf
from sharekit.widgets.tags.plan import Plan, check_words, container, default_cta, plan_for
from sharekit.widgets.tags.tagging import draw_tags
from sharekit.widgets.tags.views import Figure, Film
from sharekit.widgets.tags.whole import whole_look as make_whole


def video(
    context: WidgetContext,
    film: Video,
    *,
    marker: str = "number",
    list: str = "shown",  # noqa: A002 (the word template authors read)
    cta: Cta | str | None = None,
    csrf: Mapping[str, str] | None = None,
    whole_look: bool | str = False,
    placement: str = "",
    variant: str = "",
    caption: str | None = None,
    locale: str | None = None,
    mount: str | None = None,
    links: str | None = None,
    theme: str | None = None,
    style: bool = True,
    page: str = "look",
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """A video whose tags appear while their products are in sight, and the list of them with their moments.

    Nothing of the video is loaded before it is played, and it never plays by itself. Without scripts the markers stay
    away, and the list leads to the moments ("0:12 Linen shirt"). The poster's rights are the video's.

    Parameters:
        film: a :class:`Video`.
        caption: what stands below it; its title when left out.
        others: as in :func:`sharekit.widgets.tags.product_tags`.

    Raises:
        UnknownNameError: the value of an option that nobody knows; near ones are offered.
        InvalidValueError: a value cannot be used; ``error.field`` names it.
        MissingExtraError: links have to be signed, and the package for that is not installed.
    """
    if not isinstance(film, Video):
        raise InvalidValueError("video", f"pass a Video, not {type(film).__name__}.")
    inspect(context, film)
    plan = plan_for(
        context, marker=marker, list_=list, locale=locale, mount=mount, links=links, theme=theme, style=style, page=page
    )
    shelf = Shelf(
        plan=plan,
        cta=default_cta(cta),
        csrf=check_csrf(csrf),
        picture=film.id,
        placement=check_words(placement, "placement"),
        variant=check_words(variant, "variant"),
        widget="video",
    )
    extra_class, more = container(attrs)
    poster = film.poster
    if not may_be_shown(plan, poster):
        return Markup("")
    around = film.disclosure or poster.disclosure
    uid = unique(film.id, placement)
    src = plan.address(film.src)
    tagged = draw_tags(shelf, film.tags, (Cut("", film.ratio, ()),), around, uid, film=src)
    credit = poster.credit_line
    html = plan.figure.render(
        Figure(
            "video",
            plan.marker,
            plan.list,
            plan.theme,
            notices(plan, around, tagged.disclosures, above=False),
            _stage(plan, film, tagged.pins),
            tagged.items,
            make_whole(shelf, [(film.id, film.tags)], whole_look),
            structured(plan, film.products, [poster]),
            more,
            uid,
            film.id,
            placement,
            variant,
            str(len(film.tags)),
            "" if around is None else around.kind,
            film.title if caption is None else check_text(caption, "caption"),
            plan.words.photo(credit) if credit else "",
            extra_class,
        )
    )
    return Markup(plan.style + html)  # noqa: S704 - made of pieces


def _stage(plan: Plan, film: Video, pins: str) -> str:
    files = [f"<source{attributes({'src': plan.address(one.src), 'type': one.type or None})}>" for one in film.files]
    tracks = []
    for track in film.tracks:
        values = {
            "kind": track.kind,
            "src": plan.address(track.src),
            "srclang": track.srclang or None,
            "label": track.label or None,
            "default": track.default,
        }
        tracks.append(f"<track{attributes(values)}>")
    return plan.film.render(
        Film(
            "".join(files),
            "".join(tracks),
            pins,
            plan.address(film.poster.src),
            str(film.width),
            str(film.height),
            film.title,
        )
    )
