"""Parts of a picture: which part a box shows, and where a point of the picture lies in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.products.values import (
    check_choice,
    check_fraction,
    check_line,
    check_optional,
    check_pixels,
    check_srcset,
)

MEDIA = (
    "(max-width: 480px)",
    "(max-width: 640px)",
    "(max-width: 800px)",
    "(orientation: portrait)",
    "(orientation: landscape)",
)
"""Conditions of art direction that the style sheet knows too; others would leave the markers where they were."""

Ratio = str | float | tuple[float, float]
"""Width to height: ``"4:5"``, ``0.8`` or ``(4, 5)``."""
MAX_RATIO = 20.0
_RATIO = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,4})?)\s?[:/]\s?([0-9]{1,5}(?:\.[0-9]{1,4})?)\Z")
_TYPE = re.compile(r"image/[a-z0-9.+-]{1,40}\Z")
_SLACK = 1e-9
"""What sums of floats may miss by."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of a picture, in fractions 0 to 1 of the whole picture's width and height.

    Parameters:
        x, y: its left and upper edge.
        width, height: its size, more than 0.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        for name in ("x", "y", "width", "height"):
            object.__setattr__(self, name, check_fraction(getattr(self, name), f"Crop.{name}", round_off=False))
        for name, start, size in (("width", self.x, self.width), ("height", self.y, self.height)):
            if size < 1e-6:
                raise InvalidValueError(f"Crop.{name}", "is 0; a crop shows at least something of the picture.")
            if start + size > 1 + _SLACK:
                raise InvalidValueError(f"Crop.{name}", f"{size:g} from {start:g} on ends beyond the picture's edge.")

    def place(self, x: float, y: float) -> tuple[float, float] | None:
        """Where a point of the whole picture lies in the crop, in fractions of the crop; ``None`` when outside it.

        Parameters:
            x, y: the point, in fractions of the whole picture.
        """
        across = (check_fraction(x, "x", round_off=False) - self.x) / self.width
        down = (check_fraction(y, "y", round_off=False) - self.y) / self.height
        slack = _SLACK / min(self.width, self.height)
        if not (-slack <= across <= 1 + slack and -slack <= down <= 1 + slack):
            return None
        return min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0)


WHOLE = Crop(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Source:
    """Another cut of a picture for some windows (art direction, the ``<source>`` of a ``<picture>``).

    Parameters:
        srcset: its address, or candidates as HTML has them.
        media: when it is shown: one of :data:`MEDIA`.
        crop: which part of the whole picture it shows; everything when left out. Tags are placed by it.
        width, height: its size in pixels.
        type: media type, such as ``"image/avif"``.
    """

    srcset: str
    media: str
    crop: Crop | None = None
    width: int = 0
    height: int = 0
    type: str = ""

    def __post_init__(self) -> None:
        if not check_srcset(self.srcset, "Source.srcset").strip(" ,"):
            raise InvalidValueError("Source.srcset", "is empty; pass the address of the picture's other cut.")
        check_choice(self.media, MEDIA, "Source.media")
        check_optional(self.crop, Crop, "Source.crop")
        check_pixels(self.width, "Source.width")
        check_pixels(self.height, "Source.height")
        if self.type and not _TYPE.match(check_line(self.type, "Source.type")):
            raise InvalidValueError("Source.type", f"{shown(self.type)} is not a media type such as 'image/avif'.")


def read_ratio(value: Ratio, field: str = "ratio") -> float:
    """Width divided by height, from ``"4:5"``, ``"4/5"``, ``0.8`` or ``(4, 5)``.

    Raises:
        InvalidValueError: it is none of these, or beyond 1:20 and 20:1.
    """
    number = _ratio(value)
    if number is None or not 1 / MAX_RATIO <= number <= MAX_RATIO:  # NaN is in no range
        raise InvalidValueError(field, f"{shown(value)} is no ratio such as '4:5' or 0.8, from 1:20 to 20:1.")
    return number


def _ratio(value: object) -> float | None:
    if isinstance(value, str):
        found = _RATIO.match(value)
        value = (float(found[1]), float(found[2])) if found else None
    if isinstance(value, tuple | list) and len(value) == 2:
        across, down = value
        if not (_is_size(across) and _is_size(down)):
            return None
        return float(across / down)
    return float(value) if _is_size(value) else None  # type: ignore[arg-type]


def _is_size(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1e-6 < value < 1e9


def cover(picture: float, box: float, focal: tuple[float, float]) -> Crop:
    """What a box shows of a picture under ``object-fit: cover`` with ``object-position`` at the focal point.

    Parameters:
        picture, box: width divided by height of each.
        focal: the point, in fractions of the picture.

    CSS lays the point at p % of the picture over the point at p % of the box (CSS Images 3, 5.5), so what hangs over
    is shared out in the same proportion.
    """
    width, height = min(box / picture, 1.0), min(picture / box, 1.0)
    return Crop((1 - width) * focal[0], (1 - height) * focal[1], width, height)
