"""Where tags stand: on the point of the picture they were put on, whatever is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sharekit.products import Crop, Source

if TYPE_CHECKING:
    from tests.browser.tags.conftest import Studio, Window

POINTS = ((0.5, 0.5), (0.12, 0.2), (0.375, 0.625), (0.4567, 0.3333), (0.88, 0.15), (0.2, 0.9), (0.713, 0.871))
WIDTHS = (320, 390, 768, 1280)
ERROR = 0.005
"""Of the picture's side, at most."""

# For each pin in sight: its number and its centre in pixels of the stage; and how the picture is laid into the stage:
# its whole width and height as scaled, and where its corner is. That is object-fit: cover by the specification
# (CSS Images 3, 5.5), computed here from what the browser says of the picture, not from the library's numbers.
MEASURE = """
[...document.querySelectorAll(".sk-look")].map((look) => {
  const stage = look.querySelector(".sk-look__stage").getBoundingClientRect();
  const image = look.querySelector("img");
  const box = image.getBoundingClientRect();
  const style = getComputedStyle(image);
  let [width, height] = [box.width, box.height];
  if (style.objectFit === "cover") {
    const scale = Math.max(box.width / image.naturalWidth, box.height / image.naturalHeight);
    [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  }
  const [across, down] = style.objectPosition.split(" ").map((part) => parseFloat(part) / 100);
  const pins = [...look.querySelectorAll(".sk-pin")].filter((pin) => pin.checkVisibility()).map((pin) => {
    const { left, top, width, height } = pin.querySelector("button").getBoundingClientRect();
    return [Number(pin.dataset.skTag), left + width / 2 - stage.left, top + height / 2 - stage.top];
  });
  return {
    source: image.currentSrc.split("/").at(-1),
    stage: [stage.width, stage.height],
    left: box.left - stage.left + (box.width - width) * across,
    top: box.top - stage.top + (box.height - height) * down,
    width, height, pins,
  };
})
"""
LOADED = "[...document.querySelectorAll('.sk-look__img')].every((image) => image.complete && image.naturalWidth)"


def check(seen: dict[str, Any], points: tuple[tuple[float, float], ...], crop: Crop | None = None) -> set[int]:
    """Compare a measured look with the points; gives the numbers of the tags that are in sight.

    Pins within 16 pixels of the stage's edge are kept inside it, so there a point is compared with where it may be.
    """
    crop = crop or Crop(0, 0, 1, 1)
    for number, left, top in seen["pins"]:
        x, y = points[number - 1]
        wanted = (
            seen["left"] + seen["width"] * (x - crop.x) / crop.width,
            seen["top"] + seen["height"] * (y - crop.y) / crop.height,
        )
        for place, point, side in zip((left, top), wanted, seen["stage"], strict=True):
            allowed = min(max(point, 16), side - 16)
            assert abs(place - allowed) <= ERROR * side, (number, place, point, seen)
    return {number for number, *_ in seen["pins"]}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_pins_stand_on_their_points(
    direction: str, studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """Plain pictures and every crop with every focal point, in narrow and wide windows, in both directions."""
    lang = "ar" if direction == "rtl" else "en"
    body = studio.html(studio.tagged(*POINTS), placement="plain", locale=lang)
    for crop in ("1:1", "4:5", "16:9", "3:1"):
        for focal in ((0.5, 0.5), (0, 1), (0.3334, 0.81)):
            body += studio.html(
                studio.tagged(*POINTS, focal=focal),
                crop=crop,
                placement=f"{crop} {focal}",
                locale=lang,
                loading="eager",
            )
    address = studio.show(body, lang=lang, direction=direction)
    view = window()
    for width in WIDTHS:
        view.open(address, width, 800)
        wait_until(view, LOADED)
        looks = view.evaluate(MEASURE)
        assert len(looks) == 13
        assert check(looks[0], POINTS) == {1, 2, 3, 4, 5, 6, 7}
        for look in looks[1:]:
            across, down = look["stage"]
            seen = check(look, POINTS)
            inside = {
                number
                for number, (x, y) in enumerate(POINTS, 1)
                if -1 <= look["left"] + x * look["width"] <= across + 1
                and -1 <= look["top"] + y * look["height"] <= down + 1
            }
            assert seen == inside
    assert view.complaints() == []


def test_a_crop_has_the_shape_that_was_asked_for(
    studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """Any ratio, also under a page's "img { height: auto }"."""
    ratios = {"1:1": 1, "4:5": 0.8, "21:9": 21 / 9, "3:4": 0.75}
    picture = studio.tagged(*POINTS)
    body = "".join(studio.html(picture, crop=ratio, placement=ratio) for ratio in ratios)
    studio.shop.pages["/reset.css"] = (
        "* { margin: 0; padding: 0; box-sizing: border-box } img { max-width: 100%; height: auto; display: block }"
        "li { margin-bottom: 1em } li + li { margin-top: 1em } button { padding: 0.5rem 1rem }"
    )
    address = studio.show(body, head='<link rel="stylesheet" href="/reset.css">')
    view = window()
    view.open(address, 390, 844)
    wait_until(view, LOADED)
    for look, ratio in zip(view.evaluate(MEASURE), ratios.values(), strict=True):
        width, height = look["stage"]
        assert width / height == pytest.approx(ratio, rel=0.01)
        check(look, POINTS)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_art_direction_moves_the_pins_along(
    direction: str, studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """Each cut has the pins of what it shows, and no others; the list has all of them."""
    narrow, middle = Crop(0.25, 0, 0.5, 1), Crop(0, 0.1, 0.8, 0.8)
    picture = studio.tagged(
        *POINTS,
        sources=[
            Source("/img/600x800.png", "(max-width: 480px)", crop=narrow, width=600, height=800),
            Source("/img/960x640.png", "(max-width: 800px)", crop=middle, width=960, height=640),
        ],
    )
    for width, height in ((600, 800), (960, 640)):
        studio.add_plain(width, height)
    address = studio.show(studio.html(picture), direction=direction)
    view = window()
    for width, source, crop in (
        (320, "600x800.png", narrow),
        (480, "600x800.png", narrow),
        (640, "960x640.png", middle),
        (1280, "1200x800.png", None),
    ):
        view.open(address, width, 800)
        wait_until(view, LOADED)
        [look] = view.evaluate(MEASURE)
        assert look["source"] == source
        seen = check(look, POINTS, crop)
        assert seen == {number for number, point in enumerate(POINTS, 1) if not crop or crop.place(*point)}
        assert view.evaluate("document.querySelectorAll('.sk-look__item').length") == len(POINTS)


@pytest.mark.parametrize("media", ["landscape", "portrait"])
def test_art_direction_by_orientation(media: str, studio: Studio, window: Callable[..., Window]) -> None:
    """The pins follow the way the window stands."""
    crop = Crop(0, 0, 0.5, 1)
    studio.add_plain(600, 800)
    source = Source("/img/600x800.png", f"(orientation: {media})", crop=crop, width=600, height=800)
    address = studio.show(studio.html(studio.tagged((0.25, 0.5), (0.75, 0.5), sources=[source])))
    view = window()
    for width, height in ((640, 360), (360, 640)):
        view.open(address, width, height)
        [look] = view.evaluate(MEASURE)
        cut = (width > height) == (media == "landscape")
        assert check(look, ((0.25, 0.5), (0.75, 0.5)), crop if cut else None) == ({1} if cut else {1, 2})


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_box_that_the_page_shapes(
    direction: str, studio: Studio, window: Callable[..., Window], wait_until: Callable[..., Any]
) -> None:
    """Class sk-cover: the page's rules give the box its size, and pins follow the picture in it."""
    points = ((0.5, 0.5), (0.4, 0.45), (0.6, 0.58))
    body, rules = "", ""
    shapes = ("16 / 9", "1", "4 / 5")
    for number, shape in enumerate(shapes):
        rules += f".box{number} .sk-look__stage {{ aspect-ratio: {shape} }}"
        for size in ((1200, 800), (800, 1200)):
            picture = studio.tagged(*points, size=size, focal=(0.5, 0.45))
            body += studio.html(picture, placement=f"{number} {size}", attrs={"class": f"sk-cover box{number}"})
    studio.shop.pages["/boxes.css"] = rules
    address = studio.show(body, direction=direction, head='<link rel="stylesheet" href="/boxes.css">')
    view = window()
    for width in WIDTHS:
        view.open(address, width, 800)
        wait_until(view, LOADED)
        looks = view.evaluate(MEASURE)
        assert [round(look["stage"][0] / look["stage"][1], 2) for look in looks[::2]] == [1.78, 1.0, 0.8]
        for look in looks:
            assert check(look, points) == {1, 2, 3}


def test_a_tag_outside_a_shaped_box_comes_in_for_the_keyboard(studio: Studio, window: Callable[..., Window]) -> None:
    """What has the focus must be seen, so the pin comes to the edge while it has it."""
    studio.shop.pages["/box.css"] = ".sk-look__stage { aspect-ratio: 1 }"
    picture = studio.tagged((0.01, 0.5), (0.5, 0.5))
    address = studio.show(
        studio.html(picture, attrs={"class": "sk-cover"}), head='<link rel="stylesheet" href="/box.css">'
    )
    view = window()
    view.open(address, 390, 844)
    left = "rect('.sk-pin__button').right - rect('.sk-look__stage').left"
    left = f"((rect) => {left})((name) => document.querySelector(name).getBoundingClientRect())"
    assert view.evaluate(left) < 0
    view.press("Tab")
    assert view.evaluate("document.activeElement.matches('.sk-pin__button')")
    assert view.evaluate(left) == pytest.approx(38, abs=1)


@pytest.mark.parametrize("marker", ["number", "dot", "price", "plus"])
def test_markers_stay_inside_the_picture(marker: str, studio: Studio, window: Callable[..., Window]) -> None:
    """At the very corners too, with nothing to scroll sideways."""
    corners = ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))
    address = studio.show(studio.html(studio.tagged(*corners), marker=marker))
    view = window()
    view.open(address, 320, 640)
    stage, *marks = view.evaluate(
        "[...document.querySelectorAll('.sk-look__stage, .sk-pin__mark')].map((node) => node.getBoundingClientRect())"
        ".map(({left, top, right, bottom}) => [left, top, right, bottom])"
    )
    assert len(marks) == 5
    for left, top, right, bottom in marks:
        assert left >= stage[0]
        assert top >= stage[1]
        assert right <= stage[2]
        assert bottom <= stage[3]
    assert view.evaluate("document.documentElement.scrollWidth") <= 320
