"""A picture is checked once, when it is made; with tags in it more is asked for."""

from __future__ import annotations

import dataclasses
import itertools
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sharekit
from sharekit import Crop, Disclosure, Look, Picture, Product, ProductTag, Rights, Source, Track, Video, VideoFile
from sharekit.exceptions import InvalidValueError
from sharekit.products.values import check_srcset

patient = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"src": "javascript:alert(1)"}, "Picture.src"),
        ({"src": None}, "Picture.src"),
        ({"width": 0}, "Picture.width"),
        ({"width": True}, "Picture.width"),
        ({"height": 800.0}, "Picture.height"),
        ({"height": 10**9}, "Picture.height"),
        ({"alt": 3}, "Picture.alt"),
        ({"alt": "half \ud83d"}, "Picture.alt"),
        ({"id": "x" * 129}, "Picture.id"),
        ({"id": None}, "Picture.id"),
        ({"id": "a\nb"}, "Picture.id"),
        ({"tags": "shirt"}, "Picture.tags"),
        ({"tags": None}, "Picture.tags"),
        ({"tags": ["shirt"]}, "Picture.tags[1]"),
        ({"srcset": "javascript:alert(1) 2x"}, "Picture.srcset[1]"),
        ({"srcset": "/a.jpg 600w, /b.jpg wide"}, "Picture.srcset[2]"),
        ({"srcset": 600}, "Picture.srcset"),
        ({"sizes": "100vw\n"}, "Picture.sizes"),
        ({"sources": ["/a.jpg"]}, "Picture.sources[1]"),
        ({"focal": 0.5}, "Picture.focal"),
        ({"focal": "ab"}, "Picture.focal"),
        ({"focal": (0.5, 1.5)}, "Picture.focal[2]"),
        ({"focal": (True, 0.5)}, "Picture.focal[1]"),
        ({"credit": ["me"]}, "Picture.credit"),
        ({"rights": True}, "Picture.rights"),
        ({"customer": "yes"}, "Picture.customer"),
        ({"disclosure": "ad"}, "Picture.disclosure"),
        ({"licence": "javascript:alert(1)"}, "Picture.licence"),
    ],
)
def test_a_bad_value_is_refused_by_its_fields_name(
    change: dict[str, Any], field: str, make_picture: Callable[..., Picture]
) -> None:
    """Whatever cannot work is refused when the picture is made, with the field at fault."""
    with pytest.raises(InvalidValueError) as caught:
        make_picture(**change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [({"width": None}, "width"), ({"height": None}, "height"), ({"alt": None}, "alt"), ({"alt": " "}, "alt")],
)
def test_a_picture_with_tags_needs_its_size_and_words(
    change: dict[str, Any], field: str, make_picture: Callable[..., Picture], shirt: Product
) -> None:
    """Without them the page would shift, or leave out people who cannot see it; without tags they may be missing."""
    make_picture(**change)
    with pytest.raises(InvalidValueError, match="is missing") as caught:
        make_picture(**change, tags=[ProductTag(shirt, 0.5, 0.5)])
    assert caught.value.field == f"Picture.{field}"


@pytest.mark.parametrize(
    ("src", "key"),
    [
        ("/looks/beach.jpg?w=600#x", "/looks/beach.jpg"),
        ("https://cdn.shop.example/a/b.jpg", "/a/b.jpg"),
        ("https://cdn.shop.example", "/"),
        ("/" + "a" * 200 + ".jpg", "a" * 124 + ".jpg"),
    ],
)
def test_a_picture_is_counted_under_its_path(src: str, key: str) -> None:
    """The end of a long path says more than its beginning."""
    assert Picture(src).id == key
    assert Picture(src, id="beach").id == "beach"


def test_the_old_way_of_making_one_still_works() -> None:
    """Four values by place, and text where there is no alternative text."""
    assert Picture("/a.jpg", 600, 400, "A mug").alt == "A mug"
    assert Picture("/a.jpg").alt == ""
    assert Picture("/a.jpg", alt=None) == Picture("/a.jpg", alt="")


def test_a_picture_is_a_value(make_picture: Callable[..., Picture], shirt: Product) -> None:
    """Two alike are equal, it can be a key, be pickled for a cache, and be changed into another."""
    source = Source("/m.jpg", "(max-width: 480px)", width=6, height=4)
    make = {"tags": [ProductTag(shirt, 0.1, 0.2)], "sources": [source]}
    one, other = make_picture(**make), make_picture(**make)
    assert one == other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    assert dataclasses.replace(one, alt="Another").tags == one.tags
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.alt = "x"  # type: ignore[misc]


def test_products_come_once_in_the_order_of_tags(
    make_picture: Callable[..., Picture], shirt: Product, cap: Product
) -> None:
    """A look's products are those of all its pictures."""
    first = make_picture(tags=[ProductTag([cap, shirt], 0.1, 0.1), ProductTag(cap, 0.9, 0.9)])
    second = make_picture(id="two", tags=[ProductTag(shirt, 0.1, 0.1)])
    assert first.products == (cap, shirt)
    assert Look("Beach", [second, first]).products == (shirt, cap)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda p: Look("", [p]), "Look.title"),
        (lambda p: Look("x\x00", [p]), "Look.title"),
        (lambda p: Look("x", []), "Look.pictures"),
        (lambda p: Look("x", p), "Look.pictures"),
        (lambda p: Look("x", [p, "/b.jpg"]), "Look.pictures[2]"),
        (lambda p: Look("x", [p, p]), "Look.pictures[2].id"),
        (lambda p: Look("x", [p], url="ftp://x/y"), "Look.url"),
        (lambda p: Look("x", [p], disclosure="ad"), "Look.disclosure"),
        (lambda p: Video("", p, title="x"), "VideoFile.src"),
        (lambda p: Video(None, p, title="x"), "Video.src"),
        (lambda p: Video([], p, title="x"), "Video.src"),
        (lambda p: Video([7], p, title="x"), "Video.src[1]"),
        (lambda p: Video("/v.mp4", "/p.jpg", title="x"), "Video.poster"),
        (lambda p: Video("/v.mp4", p, title=" "), "Video.title"),
        (lambda p: Video("/v.mp4", Picture("/p.jpg"), title="x"), "Video.width"),
        (lambda p: Video("/v.mp4", p, title="x", height=0), "Video.height"),
        (lambda p: Video("/v.mp4", p, title="x", tracks=["/t.vtt"]), "Video.tracks[1]"),
        (lambda p: Track("/t.vtt", "captions"), "Track.srclang"),
        (lambda p: Track("/t.vtt", "lyrics", "en"), "Track.kind"),
        (lambda p: Track("/t.vtt", "captions", 'en" x'), "Track.srclang"),
        (lambda p: Track("/t.vtt", "captions", "en", "x\n"), "Track.label"),
        (lambda p: VideoFile("/v.mp4", "text/html"), "VideoFile.type"),
    ],
    ids=itertools.count(),
)
def test_bad_looks_and_videos_are_refused_by_field(
    make: Callable[[Picture], object], field: str, make_picture: Callable[..., Picture]
) -> None:
    """Whatever cannot work is refused when it is made, with the field at fault."""
    with pytest.raises(InvalidValueError) as caught:
        make(make_picture())
    assert caught.value.field == field


def test_a_video_takes_what_it_can_from_its_files_and_poster(
    make_picture: Callable[..., Picture], shirt: Product
) -> None:
    """Size of the poster, media types by ending, key by path."""
    tag = ProductTag(shirt, 0.5, 0.5, start=12)
    video = Video(["/v.webm", VideoFile("/v", "video/mp4")], make_picture(), title="Walk", tags=[tag])
    assert [file.type for file in video.files] == ["video/webm", "video/mp4"]
    assert (video.src, video.id, video.width, video.height, video.ratio) == ("/v.webm", "/v.webm", 1200, 800, 1.5)
    assert video.products == (shirt,)


def test_a_tag_in_a_video_says_when(make_picture: Callable[..., Picture], shirt: Product) -> None:
    """Without a second nothing could show it."""
    tags = [ProductTag(shirt, 0.5, 0.5, start=0), ProductTag(shirt, 0.5, 0.5, end=3)]
    with pytest.raises(InvalidValueError, match="second of the video") as caught:
        Video("/v.mp4", make_picture(), title="x", tags=tags)
    assert caught.value.field == "Video.tags[2].start"


@pytest.mark.parametrize(
    "srcset",
    ["", "/a.jpg", "/a.jpg 600w", "/a.jpg,/b.jpg 2x", "/a.jpg 600w, /b,c.jpg 1200w", " /a.jpg  1.5x , /b.jpg 2x,"],
)
def test_candidates_are_read_as_browsers_read_them(srcset: str) -> None:
    """Commas may be part of an address; what the shop wrote stays as it is."""
    assert check_srcset(srcset, "srcset") == srcset


@patient
@given(st.text(max_size=60))
def test_no_other_scheme_gets_past_among_candidates(text: str) -> None:
    """However it is mixed with commas and spaces."""
    with pytest.raises(InvalidValueError):
        check_srcset(f"{text.replace(' ', '')}, javascript:alert(1) 2x", "srcset")


def test_a_picture_of_a_customer_needs_rights(make_picture: Callable[..., Picture]) -> None:
    """Granted, not withdrawn, not over; a picture of the shop's own needs none, but is bound by those it has."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    before, after = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert make_picture().allowed(now)
    assert not make_picture(customer=True).allowed(now)
    for rights, allowed in [
        (Rights(True), True),
        (Rights(False), False),
        (Rights(True, until=after, withdrawn=after), True),
        (Rights(True, until=before), False),
        (Rights(True, withdrawn=before), False),
        (Rights(True, withdrawn=now), False),
        (Rights(True, until=now), True),
    ]:
        assert rights.valid(now) is allowed
        for customer in (True, False):
            picture = make_picture(customer=customer, rights=rights)
            assert picture.allowed(now) is allowed
            assert bool(picture.refusal(now)) is not allowed
    assert make_picture(rights=Rights(True, by="Ana")).credit_line == "Ana"
    assert make_picture(rights=Rights(True, by="Ana"), credit="Bo").credit_line == "Bo"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Rights(True, until=datetime(2026, 1, 1)), "Rights.until"),
        (lambda: Rights(True, withdrawn=datetime(2026, 1, 1)), "Rights.withdrawn"),
        (lambda: Rights(True, until="2026-01-01"), "Rights.until"),
        (lambda: Rights("yes"), "Rights.granted"),
        (lambda: Rights(1), "Rights.granted"),
        (lambda: Rights(True, by=b"x"), "Rights.by"),
        (lambda: Rights(True).valid(datetime(2026, 1, 1)), "at"),
        (lambda: Disclosure("advert"), "Disclosure.kind"),
        (lambda: Disclosure(None), "Disclosure.kind"),
        (lambda: Disclosure("ad", "x" * 301), "Disclosure.by"),
    ],
    ids=itertools.count(),
)
def test_bad_rights_and_disclosures_are_refused_by_field(make: Callable[[], object], field: str) -> None:
    """Times without a zone and words nobody knows among them."""
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert caught.value.field == field


def test_only_the_sellers_own_brand_is_no_sponsored_link() -> None:
    """Links of the others carry ``rel="sponsored"``."""
    kinds = {kind: Disclosure(kind).sponsored for kind in ("ad", "gifted", "affiliate", "own_brand")}  # type: ignore[arg-type]
    assert kinds == {"ad": True, "gifted": True, "affiliate": True, "own_brand": False}


@pytest.mark.parametrize(
    "name", ["Crop", "Cta", "Disclosure", "Look", "ProductTag", "Rights", "Source", "Track", "Video"]
)
def test_the_words_are_at_the_top(name: str) -> None:
    """``from sharekit import ProductTag`` is all a shop writes."""
    assert getattr(sharekit, name).__module__.startswith("sharekit.products")
    assert name in sharekit.__all__


def test_sources_say_which_part_they_show() -> None:
    """A cut has a size, a condition the style sheet knows, and a crop of the whole."""
    for change, field in [
        ({"srcset": " "}, "Source.srcset"),
        ({"media": "(min-width: 1px)"}, "Source.media"),
        ({"crop": (0, 0, 1, 1)}, "Source.crop"),
        ({"width": 0}, "Source.width"),
        ({"height": None}, "Source.height"),
        ({"type": "text/html"}, "Source.type"),
    ]:
        good: dict[str, Any] = {"srcset": "/m.jpg", "media": "(max-width: 480px)", "width": 4, "height": 5}
        Source(**good, crop=Crop(0, 0, 0.5, 1))
        with pytest.raises(InvalidValueError) as caught:
            Source(**(good | change))
        assert caught.value.field == field
