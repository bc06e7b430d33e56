"""Crops against a browser's own arithmetic: scale until the box is covered, hang over by the focal point."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Crop, Picture
from sharekit.exceptions import InvalidValueError
from sharekit.products import WHOLE, read_ratio

patient = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

fractions = st.floats(0, 1)
sides = st.integers(50, 4000)


@patient
@given(sides, sides, st.integers(100, 1000), st.integers(100, 1000), fractions, fractions, fractions, fractions)
def test_points_land_where_object_fit_cover_puts_them(
    width: int, height: int, across: int, down: int, fx: float, fy: float, x: float, y: float
) -> None:
    """The reference paints: it scales the picture over the box in pixels, shifts it, and looks where the point is."""
    scale = max(across / width, down / height)
    left = (across - width * scale) * fx
    top = (down - height * scale) * fy
    at_x, at_y = left + x * width * scale, top + y * height * scale
    outside = not (0 <= at_x <= across and 0 <= at_y <= down)
    on_edge = min(abs(at_x), abs(at_y), abs(at_x - across), abs(at_y - down)) < 0.01

    if not 1 / 20 <= across / down <= 20:
        return
    picture = Picture("/a.jpg", width, height, "A", focal=(fx, fy))
    placed = picture.crop_to((across, down)).place(x, y)
    if placed is None:
        assert outside or on_edge
    else:
        assert not outside or on_edge
        assert placed[0] * across == pytest.approx(min(max(at_x, 0), across), abs=0.02)
        assert placed[1] * down == pytest.approx(min(max(at_y, 0), down), abs=0.02)


@patient
@given(sides, sides, st.floats(0.06, 19), fractions, fractions)
def test_a_crop_has_the_shape_of_its_box_and_covers_it(
    width: int, height: int, ratio: float, fx: float, fy: float
) -> None:
    """Nothing is stretched, nothing more is lost than must be."""
    crop = Picture("/a.jpg", width, height, "A", focal=(fx, fy)).crop_to(ratio)
    assert crop.width * width / (crop.height * height) == pytest.approx(ratio)
    assert max(crop.width, crop.height) == 1
    assert crop.x + crop.width <= 1 + 1e-9
    assert crop.y + crop.height <= 1 + 1e-9


@patient
@given(fractions, fractions, st.floats(0.06, 19))
def test_the_focal_point_is_never_cut_off(fx: float, fy: float, ratio: float) -> None:
    """It stays at the same fraction of the box as of the picture, in both directions."""
    picture = Picture("/a.jpg", 1200, 800, "A", focal=(fx, fy))
    placed = picture.crop_to(ratio).place(*picture.focal)
    assert placed is not None
    assert placed == pytest.approx(picture.focal, abs=1e-6)


@patient
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_every_pixel_of_a_small_picture_is_inside_or_out_as_counted(width: int, height: int, a: int, b: int) -> None:
    """Middles of pixels, counted one by one: those inside are as many as the crop is wide and high."""
    crop = Picture("/a.jpg", width, height, "A", focal=(0, 0)).crop_to((a, b)) if 1 / 20 <= a / b <= 20 else WHOLE
    inside = sum(
        crop.place((column + 0.5) / width, (row + 0.5) / height) is not None
        for column in range(width)
        for row in range(height)
    )
    columns = sum((column + 0.5) <= crop.width * width + 1e-6 for column in range(width))
    rows = sum((row + 0.5) <= crop.height * height + 1e-6 for row in range(height))
    assert inside == columns * rows


def test_edges_belong_to_the_crop() -> None:
    """A tag on the line is still seen; the whole picture holds every point."""
    crop = Crop(0.25, 0.5, 0.5, 0.5)
    assert crop.place(0.25, 0.5) == (0, 0)
    assert crop.place(0.75, 1) == (1, 1)
    assert crop.place(0.2499, 0.5) is None
    assert crop.place(0.5, 0.4999) is None
    assert WHOLE.place(0.3, 0.7) == (0.3, 0.7)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((-0.1, 0, 1, 1), "Crop.x"),
        ((0, float("nan"), 1, 1), "Crop.y"),
        ((0, 0, 0, 1), "Crop.width"),
        ((0, 0, True, 1), "Crop.width"),
        ((0.5, 0, 0.6, 1), "Crop.width"),
        ((0, 0.5, 1, 0.6), "Crop.height"),
        ((0, 0, 1, "1"), "Crop.height"),
    ],
)
def test_a_crop_is_a_part_of_the_picture(values: tuple[Any, ...], field: str) -> None:
    """A rectangle that reaches beyond it, or is empty, is refused."""
    with pytest.raises(InvalidValueError) as caught:
        Crop(*values)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("4:5", 0.8), ("16/9", 16 / 9), ("1.91:1", 1.91), (0.8, 0.8), ((4, 5), 0.8), (1, 1.0), ("3 : 2", 1.5)],
)
def test_ratios_may_be_written_in_any_usual_way(text: Any, ratio: float) -> None:
    """As text, as a number, as a pair."""
    assert read_ratio(text) == pytest.approx(ratio)


BEYOND = ["0:1", "1:0", "1:21", "-1:1", 0, -1, 21, float("nan"), float("inf"), (1, 0)]
NO_RATIO = ["", "square", "4:5:6", True, None, (1,), (True, 1), ("1", "2"), [[1], 2], 10**400]


@pytest.mark.parametrize("ratio", BEYOND + NO_RATIO, ids=itertools.count())
def test_what_is_no_ratio_is_refused(ratio: Any) -> None:
    """Division by nothing and shapes no page has among it."""
    with pytest.raises(InvalidValueError) as caught:
        read_ratio(ratio)
    assert caught.value.field == "ratio"


def test_a_crop_needs_the_size_of_the_picture() -> None:
    """Which part is cut off depends on its shape."""
    with pytest.raises(InvalidValueError, match=r"Picture\.width"):
        Picture("/a.jpg").crop_to("1:1")
