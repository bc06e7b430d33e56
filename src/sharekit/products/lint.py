"""What is wrong with tagged pictures, looks and videos, before a shopper sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from sharekit.products.crop import WHOLE, Crop

if TYPE_CHECKING:
    from sharekit.products.look import Look
    from sharekit.products.picture import Picture
    from sharekit.products.product import Product
    from sharekit.products.rights import Disclosure
    from sharekit.products.tags import ProductTag
    from sharekit.products.video import Video

Severity = Literal["error", "warning"]

NARROWEST = 320.0
"""Width in CSS pixels at which pages must still work (WCAG 2.2, 1.4.10)."""
TARGET = 44.0
"""Side of a marker's target, 13.75 % of that width (WCAG 2.2, 2.5.5)."""
LEAST = 24.0
"""Side of the square of each target that no other may cover (WCAG 2.2, 2.5.8)."""
MOST_TAGS = 20
_STRETCHED = 0.02


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters:
        code: its name, such as ``"targets-collide"``.
        where: the place, such as ``"Picture.tags[2]"`` (numbers as on the markers, from 1).
        problem: what is wrong and what to do, as a sentence without its subject.
        severity: ``"error"`` when a shopper or the law is let down, ``"warning"`` when something is lost.
    """

    code: str
    where: str
    problem: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.problem} [{self.code}]"


def lint_picture(
    picture: Picture,
    at: datetime | None = None,
    *,
    place: str = "Picture",
    disclosure: Disclosure | None = None,
    unknown: Collection[str] = (),
) -> list[Problem]:
    """Problems of a picture and its tags, errors first.

    Parameters:
        picture: what to look at.
        at: the moment at which rights must hold, aware; now when left out.
        place: what to call the picture.
        disclosure: that of the look it is in.
        unknown: ids of products of which only the id is known, so that nothing can be said about them.
    """
    declared = picture.disclosure or disclosure
    return _sorted(
        [
            *_about_file(picture, place),
            *_about_rights(picture, at, place),
            *_about_tags(picture.tags, place, declared, unknown),
            *_about_crops(picture, place),
            *_about_targets(picture, place),
        ]
    )


def lint_look(look: Look, at: datetime | None = None, *, unknown: Collection[str] = ()) -> list[Problem]:
    """Problems of a look: those of its pictures, errors first."""
    return _sorted(
        problem
        for number, picture in enumerate(look.pictures, 1)
        for problem in lint_picture(
            picture, at, place=f"Look.pictures[{number}]", disclosure=look.disclosure, unknown=unknown
        )
    )


def lint_video(video: Video, at: datetime | None = None, *, unknown: Collection[str] = ()) -> list[Problem]:
    """Problems of a video, its poster and its tags, errors first. Tags collide only while both are shown."""
    points = [(number, tag, (tag.x, tag.y)) for number, tag in enumerate(video.tags, 1)]
    found = [
        *lint_picture(video.poster, at, place="Video.poster", disclosure=video.disclosure, unknown=unknown),
        *_about_tags(video.tags, "Video", video.disclosure, unknown),
        *_collisions(dict(_too_close(points, video.ratio)), "Video"),
    ]
    if not any(track.kind in {"captions", "subtitles"} for track in video.tracks):
        found.append(
            Problem("captions-missing", "Video.tracks", "has no captions; needed where the video speaks.", "warning")
        )
    return _sorted(found)


def _about_file(picture: Picture, place: str) -> Iterator[Problem]:
    if picture.ratio is None:
        yield Problem(
            "size-missing", place, "has no width and height, so the page shifts when it loads; pass them.", "error"
        )
    if not picture.alt.strip():
        severity: Severity = "error" if picture.customer else "warning"
        yield Problem(
            "alt-missing", f"{place}.alt", "is empty, which is right for decoration only; say what is seen.", severity
        )


def _about_rights(picture: Picture, at: datetime | None, place: str) -> Iterator[Problem]:
    refusal = picture.refusal(at)
    if refusal:
        code = "rights-missing" if picture.rights is None or not picture.rights.granted else "rights-ended"
        yield Problem(code, f"{place}.rights", f"keep the picture from being shown: {refusal}.", "error")
    if picture.customer and not picture.credit_line:
        yield Problem(
            "credit-missing", f"{place}.credit", "is empty; say who made the picture (credit, or rights.by).", "error"
        )


def _about_tags(
    tags: Sequence[ProductTag], place: str, declared: Disclosure | None, unknown: Collection[str]
) -> Iterator[Problem]:
    if len(tags) > MOST_TAGS:
        yield Problem(
            "too-many-tags",
            f"{place}.tags",
            f"are {len(tags)}; Instagram takes {MOST_TAGS}, and shoppers fewer.",
            "warning",
        )
    names: dict[str, int] = {}
    for number, tag in enumerate(tags, 1):
        where = f"{place}.tags[{number}]"
        first = names.setdefault(tag.name.casefold(), number)
        if first != number and not any(product.id in unknown for product in tag.products):
            yield Problem(
                "duplicate-name", where, f"is called like tag {first}; give one of them a label of its own.", "warning"
            )
        if tag.paid and tag.disclosure is None and declared is None:
            yield Problem(
                "disclosure-missing",
                where,
                "shows a product that somebody pays for, and does not say so; pass a Disclosure.",
                "error",
            )
        for product in tag.products:
            if product.id not in unknown:
                yield from _about_product(product, where)


def _about_product(product: Product, where: str) -> Iterator[Problem]:
    if product.price is None:
        yield Problem("price-missing", where, f"product {product.id!r} has no price to show.", "warning")
    if product.sale_price is not None and product.lowest_30d is None:
        yield Problem(
            "lowest-30d-missing",
            where,
            f"product {product.id!r} is reduced without lowest_30d, so its old price is not shown "
            "(Directive 98/6/EC, article 6a).",
            "warning",
        )


def _about_crops(picture: Picture, place: str) -> Iterator[Problem]:
    for number, source in enumerate(picture.sources, 1):
        crop, where = source.crop or WHOLE, f"{place}.sources[{number}]"
        outside = [str(n) for n, tag in enumerate(picture.tags, 1) if crop.place(tag.x, tag.y) is None]
        if outside:
            yield Problem(
                "tag-outside-crop",
                where,
                f"leaves out tag {', '.join(outside)}, which is then only in the list; widen the crop to keep it.",
                "warning",
            )
        shape = None if picture.ratio is None else picture.ratio * crop.width / crop.height
        if shape is not None and abs(source.width / source.height / shape - 1) > _STRETCHED:
            yield Problem(
                "crop-shape",
                where,
                f"is {source.width} × {source.height}, but its crop is {shape:.3f}:1, so tags are misplaced; "
                "correct the crop or the size.",
                "error" if picture.tags else "warning",
            )


def _about_targets(picture: Picture, place: str) -> Iterator[Problem]:
    """Collisions in any cut that a narrow window may show."""
    numbered = list(enumerate(picture.tags, 1))
    closest: dict[tuple[int, int], float] = {}
    for crop, shape in _cuts_when_narrow(picture):
        points = [(number, tag, crop.place(tag.x, tag.y)) for number, tag in numbered]
        for pair, apart in _too_close(points, shape):
            closest[pair] = min(apart, closest.get(pair, apart))
    yield from _collisions(closest, place)


def _cuts_when_narrow(picture: Picture) -> Iterator[tuple[Crop, float]]:
    """The first source whose condition holds is shown; every width among them is above the narrowest."""
    for source in picture.sources:
        yield source.crop or WHOLE, source.width / source.height
        if source.media.startswith("(max-width"):
            return
    if picture.ratio is not None:
        yield WHOLE, picture.ratio


def _too_close(
    points: Iterable[tuple[int, ProductTag, tuple[float, float] | None]], shape: float
) -> Iterator[tuple[tuple[int, int], float]]:
    """Pairs of tags whose targets overlap on a picture of that shape, and how many pixels apart they are."""
    height = NARROWEST / shape
    placed = [
        (number, tag, _kept_in(point[0] * NARROWEST, NARROWEST), _kept_in(point[1] * height, height))
        for number, tag, point in points
        if point is not None
    ]
    for (first, one, x1, y1), (second, other, x2, y2) in combinations(placed, 2):
        apart = max(abs(x1 - x2), abs(y1 - y2))  # targets are square
        if apart < TARGET and _together(one, other):
            yield (first, second), apart


def _collisions(closest: Mapping[tuple[int, int], float], place: str) -> Iterator[Problem]:
    for (first, second), apart in closest.items():
        yield Problem(
            "targets-collide",
            f"{place}.tags[{second}]",
            f"is {apart:.0f} px from tag {first} on a page {NARROWEST:.0f} px wide, and targets are {TARGET:.0f} px; "
            "move them apart, or make them one tag with several products.",
            "error" if apart < LEAST else "warning",
        )


def _kept_in(place: float, side: float) -> float:
    """Where the style sheet shows it: markers stay inside the picture."""
    half = TARGET / 2
    return min(max(place, half), max(side - half, half))


def _together(one: ProductTag, other: ProductTag) -> bool:
    """Whether both are shown at some time; on a picture always."""
    starts = max(one.start or 0.0, other.start or 0.0)
    return all(tag.end is None or starts < tag.end for tag in (one, other))


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    """Errors first, otherwise as they stand."""
    return sorted(problems, key=lambda problem: problem.severity)
