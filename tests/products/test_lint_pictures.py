"""Lint says what a shopper would stumble over: each rule finds its fault, and a good picture has none."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Crop, Cta, Disclosure, Look, Picture, Product, ProductTag, Rights, Source, Track, Video
from sharekit.products.lint import Problem
from sharekit.products.lint_data import lint_data

patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt", price="49.00", currency="EUR")
CAP = Product(id="cap", title="Wool cap", url="/p/cap", price="19.00", currency="EUR")
FREE = Product(id="free", title="Leaflet", url="/p/leaflet")
PAID = Product(id="paid", title="Lamp", url="/p/lamp", price="9", currency="EUR", paid=True)
REDUCED = Product(id="sale", title="Sale", url="/p/sale", price="9", sale_price="5", currency="EUR")
LAWFUL = Product(id="fair", title="Fair", url="/p/fair", price="9", sale_price="5", lowest_30d="6", currency="EUR")


def picture(*tags: ProductTag, **fields: Any) -> Picture:
    """A picture of 1200 by 800 pixels."""
    return Picture(**({"src": "/a.jpg", "width": 1200, "height": 800, "alt": "A", "tags": tags} | fields))


def codes(problems: list[Problem]) -> list[tuple[str, str, str]]:
    """What was found, without the sentence."""
    return [(problem.code, problem.where, problem.severity) for problem in problems]


def source(crop: Crop | None, media: str = "(max-width: 480px)", size: tuple[int, int] = (600, 400)) -> Source:
    """Another cut of it."""
    return Source("/m.jpg", media, crop, *size)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    """A picture with two tags, a disclosure, a reduced price as the law wants it, a crop of the right shape."""
    tags = [ProductTag([SHIRT, LAWFUL], 0.2, 0.5), ProductTag(PAID, 0.8, 0.5, disclosure=Disclosure("ad"))]
    made = picture(*tags, sources=[source(Crop(0.1, 0.1, 0.8, 0.8))], customer=True, rights=Rights(True, by="Ana"))
    assert made.lint(NOW) == []
    assert Look("Beach", [made]).lint(NOW) == []


CASES: list[tuple[Picture, str, str, str]] = [
    (picture(width=None, tags=()), "size-missing", "Picture", "error"),
    (picture(alt="", tags=()), "alt-missing", "Picture.alt", "warning"),
    (picture(alt="", tags=(), customer=True, rights=Rights(True, "A")), "alt-missing", "Picture.alt", "error"),
    (picture(customer=True, credit="Ana"), "rights-missing", "Picture.rights", "error"),
    (picture(customer=True, rights=Rights(False, "Ana")), "rights-missing", "Picture.rights", "error"),
    (
        picture(customer=True, rights=Rights(True, "Ana", until=datetime(2026, 5, 1, tzinfo=UTC))),
        "rights-ended",
        "Picture.rights",
        "error",
    ),
    (
        picture(rights=Rights(True, "Ana", withdrawn=datetime(2026, 5, 1, tzinfo=UTC))),
        "rights-ended",
        "Picture.rights",
        "error",
    ),
    (picture(customer=True, rights=Rights(True)), "credit-missing", "Picture.credit", "error"),
    (picture(ProductTag(PAID, 0.5, 0.5)), "disclosure-missing", "Picture.tags[1]", "error"),
    (picture(ProductTag(REDUCED, 0.5, 0.5)), "lowest-30d-missing", "Picture.tags[1]", "warning"),
    (picture(ProductTag(FREE, 0.5, 0.5)), "price-missing", "Picture.tags[1]", "warning"),
    (
        picture(ProductTag(SHIRT, 0.1, 0.5), ProductTag(CAP, 0.9, 0.5, label="LINEN shirt")),
        "duplicate-name",
        "Picture.tags[2]",
        "warning",
    ),
    (
        picture(ProductTag(SHIRT, 0.05, 0.5), sources=[source(Crop(0.1, 0.1, 0.8, 0.8))]),
        "tag-outside-crop",
        "Picture.sources[1]",
        "warning",
    ),
    (
        picture(ProductTag(SHIRT, 0.5, 0.5), sources=[source(Crop(0.1, 0.1, 0.4, 0.8))]),
        "crop-shape",
        "Picture.sources[1]",
        "error",
    ),
    (picture(sources=[source(None, size=(400, 400))]), "crop-shape", "Picture.sources[1]", "warning"),
    (picture(ProductTag(SHIRT, 0.5, 0.5), ProductTag(CAP, 0.6, 0.5)), "targets-collide", "Picture.tags[2]", "warning"),
    (picture(ProductTag(SHIRT, 0.5, 0.5), ProductTag(CAP, 0.51, 0.5)), "targets-collide", "Picture.tags[2]", "error"),
    (picture(ProductTag(SHIRT, 0.5, 0.0), ProductTag(CAP, 0.5, 0.2)), "targets-collide", "Picture.tags[2]", "error"),
]


@pytest.mark.parametrize(("made", "code", "where", "severity"), CASES, ids=itertools.count())
def test_each_rule_finds_its_fault(made: Picture, code: str, where: str, severity: str) -> None:
    """And nothing else."""
    assert codes(made.lint(NOW)) == [(code, where, severity)]


def test_more_than_twenty_tags_are_told() -> None:
    """Instagram would not take them."""
    shelf = [Product(id=str(n), title=str(n), url="/x", price="1", currency="EUR") for n in range(21)]
    tall = picture(*[ProductTag(one, 0.5, n / 20) for n, one in enumerate(shelf)], width=320, height=2_000)
    assert codes(tall.lint(NOW)) == [("too-many-tags", "Picture.tags", "warning")]
    assert picture(*tall.tags[:20], width=320, height=2_000).lint(NOW) == []


def test_a_disclosure_may_stand_on_the_tag_the_picture_or_the_look() -> None:
    """Wherever it is, it is rendered with the tag."""
    ad, tag = Disclosure("ad"), ProductTag(PAID, 0.5, 0.5)
    assert picture(tag, disclosure=ad).lint(NOW) == []
    assert Look("Beach", [picture(tag)], disclosure=ad).lint(NOW) == []
    [problem] = Look("Beach", [picture(), picture(tag, id="two")]).lint(NOW)
    assert (problem.code, problem.where) == ("disclosure-missing", "Look.pictures[2].tags[1]")


def test_the_cut_that_phones_show_decides_about_collisions() -> None:
    """What is apart on the whole picture may collide in a cut, and the other way round; outside it nothing does."""
    near = [ProductTag(SHIRT, 0.45, 0.5), ProductTag(CAP, 0.55, 0.5)]
    assert [problem.code for problem in picture(*near).lint(NOW)] == ["targets-collide"]
    assert picture(*near, sources=[source(Crop(0.3, 0.3, 0.4, 0.4))]).lint(NOW) == []
    wide = source(Crop(0.3, 0.3, 0.4, 0.4), "(orientation: portrait)")
    assert [problem.code for problem in picture(*near, sources=[wide]).lint(NOW)] == ["targets-collide"]
    upright = [ProductTag(SHIRT, 0.5, 0.2), ProductTag(CAP, 0.5, 0.45)]
    assert picture(*upright).lint(NOW) == []
    flat = source(Crop(0, 0.1, 1, 0.5), size=(1200, 400))
    assert codes(picture(*upright, sources=[flat]).lint(NOW)) == []
    flatter = source(Crop(0, 0.15, 1, 0.32), size=(1200, 256))
    assert [problem.code for problem in picture(*upright, sources=[flatter]).lint(NOW)] == ["targets-collide"]


points = st.integers(0, 1000).map(lambda n: n / 1000)


@patient
@given(st.lists(st.tuples(points, points), max_size=6), st.integers(200, 3000), st.integers(200, 3000))
def test_collisions_are_those_of_drawn_squares(drawn: list[tuple[float, float]], width: int, height: int) -> None:
    """The reference draws the squares of 44 pixels on a page of 320, kept inside the picture, and intersects them."""
    side_y = 320 * height / width
    squares = []
    for x, y in drawn:
        left = min(max(x * 320 - 22, 0), 320 - 44)
        top = min(max(y * side_y - 22, 0), max(side_y - 44, 0))
        squares.append((left, top))
    expected = {
        (first + 1, second + 1)
        for (first, (x1, y1)), (second, (x2, y2)) in itertools.combinations(enumerate(squares), 2)
        if min(x1, x2) + 44 > max(x1, x2) + 1e-6 and min(y1, y2) + 44 > max(y1, y2) + 1e-6
    }
    shelf = [Product(id=str(n), title=str(n), url="/x", price="1", currency="EUR") for n in range(len(drawn))]
    tags = [ProductTag(one, x, y) for one, (x, y) in zip(shelf, drawn, strict=True)]
    found = {
        (int(problem.problem.split(" from tag ")[1].split()[0]), int(problem.where[len("Picture.tags[") : -1]))
        for problem in picture(*tags, width=width, height=height).lint(NOW)
        if problem.code == "targets-collide"
    }
    blurred = {
        (first + 1, second + 1)
        for (first, (x1, y1)), (second, (x2, y2)) in itertools.combinations(enumerate(squares), 2)
        if abs(max(abs(x1 - x2), abs(y1 - y2)) - 44) < 1e-3
    }
    assert found - blurred == expected - blurred


def test_tags_of_a_video_collide_only_when_both_are_shown() -> None:
    """One after the other they may stand in the same place."""
    poster = picture()
    track = Track("/c.vtt", "captions", "en")

    def film(*tags: ProductTag, tracks: tuple[Track, ...] = (track,)) -> Video:
        return Video("/v.webm", poster, title="Walk", tags=tags, tracks=tracks)

    first = ProductTag(SHIRT, 0.5, 0.5, start=0, end=5)
    assert film(first, ProductTag(CAP, 0.5, 0.5, start=5)).lint(NOW) == []
    together = film(first, ProductTag(CAP, 0.5, 0.5, start=4.9)).lint(NOW)
    assert codes(together) == [("targets-collide", "Video.tags[2]", "error")]
    assert codes(film(tracks=()).lint(NOW)) == [("captions-missing", "Video.tracks", "warning")]
    shown = film(ProductTag(PAID, 0.1, 0.5, start=0), ProductTag(REDUCED, 0.9, 0.5, start=0)).lint(NOW)
    assert [problem.code for problem in shown] == ["disclosure-missing", "lowest-30d-missing"]


def test_errors_come_first_and_read_as_a_sentence() -> None:
    """With the place in front and the name of the rule behind."""
    problems = picture(ProductTag(FREE, 0.5, 0.5), ProductTag(PAID, 0.9, 0.5)).lint(NOW)
    assert [problem.severity for problem in problems] == ["error", "warning"]
    assert str(problems[1]) == "warning: Picture.tags[1]: product 'free' has no price to show. [price-missing]"


TAG: dict[str, Any] = {"product": "shirt", "x": 0.5, "y": 0.5}
DATA: dict[str, Any] = {"src": "/a.jpg", "width": 1200, "height": 800, "alt": "A", "tags": [TAG]}
SHOP = {product.id: product for product in (SHIRT, CAP, FREE, PAID, REDUCED, LAWFUL)}


def found(data: object, products: Any = SHOP) -> list[tuple[str, str]]:
    """Names and places of the problems of a file."""
    return [(problem.code, problem.where) for problem in lint_data(data, products, at=NOW).problems]


def test_all_that_keeps_a_file_from_being_read_is_told_at_once() -> None:
    """Not one fault after the other."""
    broken = DATA | {"tags": [TAG | {"x": 7}, TAG, TAG | {"product": "nope"}], "sources": [{}]}
    assert found(broken) == [
        ("invalid", "Picture.sources[1].srcset"),
        ("invalid", "Picture.tags[1].x"),
        ("unknown-product", "Picture.tags[3].product"),
    ]


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"alt": ""}, "alt-missing", "Picture.alt"),
        ({"width": None}, "size-missing", "Picture.width"),
        ({"src": ""}, "invalid", "Picture.src"),
        ({"products": [{"id": "x", "title": "X"}]}, "url-missing", "Picture.products[1].url"),
        ({"products": [{"id": "x", "title": "X", "url": ""}]}, "url-missing", "Picture.products[1].url"),
        ({"tags": [TAG | {"product": "free"}]}, "price-missing", "Picture.tags[1]"),
    ],
    ids=itertools.count(),
)
def test_faults_of_a_file_go_by_the_name_of_their_rule(change: dict[str, Any], code: str, where: str) -> None:
    """So that a build can let one pass and not another."""
    assert found(DATA | change) == [(code, where)]


def test_files_may_hold_looks_videos_and_lists() -> None:
    """Places in a list begin with the number."""
    free = DATA | {"tags": [TAG | {"product": "free"}]}
    video = {"title": "V", "src": "/v.webm", "poster": DATA, "tags": [TAG | {"start": 1}]}
    assert found({"title": "L", "pictures": [DATA | {"id": "1"}, free]}) == [
        ("price-missing", "Look.pictures[2].tags[1]")
    ]
    assert found(video) == [("captions-missing", "Video.tracks")]
    assert found([DATA, free, 7]) == [("price-missing", "2: Picture.tags[1]"), ("invalid", "3: file")]
    ware = {"id": "own", "title": "Own", "url": "/own"}
    gallery = {"products": [ware], "pictures": [DATA | {"tags": [TAG | {"product": "own"}]}]}
    assert found(gallery, None) == [("price-missing", "1: Picture.tags[1]")]
    for nothing in (None, 7, "x", True):
        assert found(nothing) == [("invalid", "file")]


def test_products_that_are_not_described_are_not_judged() -> None:
    """Their ids are given back instead; everything else about the tags is looked at."""
    findings = lint_data(DATA | {"tags": [TAG, TAG | {"product": "cap"}]}, at=NOW)
    assert findings.unknown == {"shirt", "cap"}
    assert [problem.code for problem in findings.problems] == ["targets-collide"]


def test_a_button_of_a_sold_out_product_may_offer_another(make_picture: Callable[..., Picture]) -> None:
    """The alternative is no product of the picture, and is not linted as one."""
    made = make_picture(tags=[ProductTag(SHIRT, 0.5, 0.5, cta=Cta(alternative=FREE))])
    assert made.lint(NOW) == []
