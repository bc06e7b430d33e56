"""The tags of one picture or video: markers with their cards, and the list that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sharekit.products import Disclosure, ProductTag
from sharekit.widgets.tags.cuts import STEPS, Cut, place_classes, ratio_classes
from sharekit.widgets.tags.drawing import draw, fraction
from sharekit.widgets.tags.honesty import interest
from sharekit.widgets.tags.offers import Shelf
from sharekit.widgets.tags.views import Pins


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of one picture, drawn.

    Parameters:
        pins: markers and cards, for every cut.
        items: of the list.
        disclosures: of the tags, in their order.
    """

    pins: str
    items: str
    disclosures: tuple[Disclosure | None, ...]


def draw_tags(
    shelf: Shelf,
    tags: Sequence[ProductTag],
    cuts: Sequence[Cut],
    around: Disclosure | None,
    uid: str,
    *,
    film: str = "",
) -> Tagged:
    """Draw the tags.

    Parameters:
        cuts: what may be seen of the picture, the one without conditions last.
        around: commercial interest behind the whole picture.
        uid: beginning of every id.
        film: address of the video they belong to.
    """
    plan = shelf.plan
    markers: list[list[str]] = [[] for _ in cuts]
    items: list[str] = []
    disclosures: list[Disclosure | None] = []
    last = len(cuts) - 1
    full = plan.list == "rail" or bool(film)
    for number, tag in enumerate(tags, 1):
        disclosure = interest(plan, tag, around, shelf.picture)
        disclosures.append(disclosure)
        points = [one.place(tag) if one.crops else (tag.x, tag.y) for one in cuts]
        drawn = draw(shelf, tag, number, disclosure, full=full or None in points, film=film)
        for place, point in enumerate(points):
            if point is not None:
                card = f"{uid}-{number}" if place == last else f"{uid}-{number}-{place}"
                x, y = point
                where = place_classes(round(x * STEPS), round(y * STEPS))
                markers[place].append(drawn.pin(card, where, fraction(x), fraction(y)))
        items.append(drawn.item(f"{uid}-i{number}"))
    pins = [
        plan.pins.render(Pins(bool(film), "".join(drawn_markers), one.windows, ratio_classes(one.ratio)))
        for one, drawn_markers in zip(cuts, markers, strict=True)
        if drawn_markers
    ]
    return Tagged("".join(pins), "".join(items), tuple(disclosures))
