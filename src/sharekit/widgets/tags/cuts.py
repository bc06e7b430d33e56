"""The cuts of a picture that browsers may show, and where its tags lie in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sharekit.exceptions import InvalidValueError
from sharekit.products import Crop, Picture, ProductTag, Ratio, Source, read_ratio
from sharekit.products.crop import cover

STEPS = 200
"""Steps of the class grid: half a percent each."""
_WIDEST = 4
"""Width to height that two steps of the grid can say."""
_ACROSS, _DOWN = ([f"sk-{axis}{step // 10} sk-{axis}-{step % 10}" for step in range(STEPS + 1)] for axis in "xy")


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut of a picture.

    Parameters:
        windows: classes of the windows that show it; empty for all.
        ratio: its width to height.
        crops: what is left of the whole picture, from the outside in.
    """

    windows: str
    ratio: float
    crops: tuple[Crop, ...]

    def place(self, tag: ProductTag) -> tuple[float, float] | None:
        """Where a tag lies in it, in fractions; ``None`` when outside."""
        point: tuple[float, float] | None = (tag.x, tag.y)
        for crop in self.crops:
            if point is None:
                return None
            point = crop.place(*point)
        return point


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture is fitted into its box.

    Parameters:
        box: the shape asked for, as a ``viewBox``; empty when the picture keeps its own.
        place: classes of the grid for the focal point; empty in the middle.
        cuts: what may be seen, the one without conditions last.
    """

    box: str
    place: str
    cuts: tuple[Cut, ...]


def framing(picture: Picture, crop: Ratio | None) -> Framing:
    """How a picture is fitted into its box.

    Parameters:
        crop: width to height of the box; the picture's own when left out.

    Raises:
        InvalidValueError: the crop is no ratio, or the picture's size is not known.
    """
    if crop is None and not picture.sources and picture.focal == (0.5, 0.5):
        return Framing("", "", (Cut("", picture.ratio or 1.0, ()),))
    box = None if crop is None else read_ratio(crop, "crop")
    if box is not None and picture.ratio is None:
        raise InvalidValueError("Picture.width", "is missing; a crop needs the size of the picture.")
    # The style sheet lays the picture by the step, so the markers are placed by the step as well.
    across, down = (round(part * STEPS) for part in picture.focal)
    focal = across / STEPS, down / STEPS

    def cut(windows: str, ratio: float, region: Crop | None) -> Cut:
        crops = () if region is None else (region,)
        if box is None:
            return Cut(windows, ratio, crops)
        return Cut(windows, box, (*crops, cover(ratio, box, focal)))

    cuts = [cut(windows, one.width / one.height, one.crop) for windows, one in _by_window(picture.sources)]
    base = cut("", picture.ratio or 1.0, None)
    if all(one.crops == base.crops for one in cuts):  # the same points everywhere
        cuts = []
    elif cuts:
        base = Cut(_windows(picture.sources), base.ratio, base.crops)
    place = "" if picture.focal == (0.5, 0.5) else place_classes(across, down)
    return Framing("" if box is None else f"0 0 {box * 10_000:.0f} 10000", place, (*cuts, base))


def place_classes(across: int, down: int) -> str:
    """A place in steps of the grid as the style sheet's classes: tens and units of each."""
    return f"{_ACROSS[across]} {_DOWN[down]}"


def ratio_classes(ratio: float) -> str:
    """A width to height as a place on the grid: x + y / 200 is a quarter of it."""
    number = min(round(ratio / _WIDEST * STEPS * STEPS), STEPS * STEPS + STEPS)
    across = min(number // STEPS, STEPS)
    return place_classes(across, number - across * STEPS)


def _by_window(sources: Sequence[Source]) -> list[tuple[str, Source]]:
    """The sources that differ in when they are shown; the same picture in another file type is no cut of its own."""
    found: dict[str, Source] = {}
    for source in sources:
        found.setdefault(source.media, source)
    medias = list(found)
    return [
        (" ".join([*(f"sk-not-{_key(other)}" for other in medias[:number]), f"sk-only-{_key(media)}"]), found[media])
        for number, media in enumerate(medias)
    ]


def _windows(sources: Sequence[Source]) -> str:
    """Classes of the windows in which none of the sources is shown."""
    return " ".join(f"sk-not-{_key(media)}" for media in dict.fromkeys(source.media for source in sources))


def _key(media: str) -> str:
    """``max480`` for ``(max-width: 480px)``, ``portrait`` for ``(orientation: portrait)``."""
    name, _, value = media.strip("()").partition(": ")
    return f"max{value.removesuffix('px')}" if name == "max-width" else value
