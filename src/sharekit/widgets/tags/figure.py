"""One tagged picture: the figure around it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta, Disclosure, Picture, Ratio
from sharekit.rendering.attributes import attributes
from sharekit.widgets.tags.cuts import framing
from sharekit.widgets.tags.honesty import notices
from sharekit.widgets.tags.offers import Shelf
from sharekit.widgets.tags.plan import MAX_PLACEMENT, Plan
from sharekit.widgets.tags.tagging import draw_tags
from sharekit.widgets.tags.views import Figure, Shot


def figure(
    plan: Plan,
    picture: Picture,
    *,
    cta: Cta,
    csrf: Mapping[str, str],
    placement: str,
    variant: str,
    crop: Ratio | None,
    around: Disclosure | None = None,
    above: bool = False,
    caption: str | None = None,
    whole: str = "",
    data: str = "",
    extra_class: str = "",
    more: str = "",
) -> str:
    """A picture with its tags, and the list of them.

    Parameters:
        around: commercial interest behind the look it belongs to.
        above: that is said above it already.
        caption: what stands below it; "Shop this look" when left out and there are tags.
        whole, data: the form of the whole look, and structured data; ready.
        extra_class, more: further classes and attributes, each with a space in front.
    """
    own = picture.disclosure or around
    shelf = Shelf(plan=plan, cta=cta, csrf=csrf, picture=picture.id, placement=placement, variant=variant)
    uid = unique(picture.id, placement)
    fit = framing(picture, crop)
    tagged = draw_tags(shelf, picture.tags, fit.cuts, own, uid)
    shot = plan.shot.render(
        Shot(
            plan.loading,
            _sources(picture) if picture.sources else "",
            tagged.pins,
            plan.address(picture.src),
            picture.srcset,
            picture.sizes,
            *((str(picture.width), str(picture.height)) if picture.width and picture.height else ("", "")),
            picture.alt,
            fit.box,
            fit.place,
        )
    )
    credit = picture.credit_line
    return plan.figure.render(
        Figure(
            "tags",
            plan.marker,
            plan.list,
            plan.theme,
            notices(plan, own, tagged.disclosures, above=above and picture.disclosure in {None, around}),
            shot,
            tagged.items,
            whole,
            data,
            more,
            uid,
            picture.id,
            placement,
            variant,
            str(len(picture.tags)),
            "" if own is None else own.kind,
            (plan.words.shop if picture.tags else "") if caption is None else check_text(caption, "caption"),
            plan.words.photo(credit) if credit else "",
            extra_class,
        )
    )


def unique(name: str, placement: str) -> str:
    """Beginning of the ids of a picture at a place of the page: the same each time, so that pages can be cached."""
    return "sk-" + blake2b(f"{name}\x1f{placement}".encode(), digest_size=4).hexdigest()


def check_csrf(value: Any) -> Mapping[str, str]:
    """Fields that every form needs: names to values.

    Raises:
        InvalidValueError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValueError("csrf", "pass a mapping of field name to token, such as {'csrf_token': token}.")
    return {check_text(name, "csrf", longest=MAX_PLACEMENT): check_text(token, "csrf") for name, token in value.items()}


def _sources(picture: Picture) -> str:
    made = []
    for source in picture.sources:
        values = {
            "media": source.media,
            "srcset": source.srcset,
            "sizes": picture.sizes or None,
            "type": source.type or None,
            "width": source.width,
            "height": source.height,
        }
        made.append(f"<source{attributes(values)}>")
    return "".join(made)
