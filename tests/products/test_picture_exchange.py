"""What goes out comes back: as JSON, as W3C annotations, as Instagram's tags."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Crop, Cta, Disclosure, Look, Picture, Product, ProductTag, Rating, Rights, Source, Track, Video
from sharekit.exceptions import InvalidValueError
from sharekit.products import DISCLOSURES, MEDIA

patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

SHOP = {
    product.id: product
    for product in (
        Product(id="shirt", title="Linen shirt", url="/p/shirt", price="49.00", currency="EUR"),
        Product(
            id="cap",
            title='Cap "wool" <b>',
            url="/p/cap?a=1&b=2",
            image=Picture("/cap.jpg", 600, 600, "A cap"),
            images=["/cap-2.jpg"],
            description="Warm.\nVery.",
            price=Decimal("19.00"),
            sale_price="9.50",
            lowest_30d="12.00",
            currency="EUR",
            availability="in stock",
            brand="Marram",
            rating=Rating(Decimal("4.5"), 3),
            category="Hats > Wool",
            price_valid_until=date(2026, 12, 31),
            paid=True,
        ),
        Product(id="sock", title="Socks", url="/p/sock"),
    )
}
fractions = st.floats(0, 1)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
disclosures = st.none() | st.builds(Disclosure, st.sampled_from(DISCLOSURES), lines)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
product_lists = st.lists(st.sampled_from(sorted(SHOP)), min_size=1, max_size=3, unique=True).map(
    lambda keys: [SHOP[key] for key in keys]
)
ctas = st.none() | st.builds(
    Cta,
    st.sampled_from(["link", "quick_view", "add_to_cart"]),
    lines,
    action=st.just("/cart/{id}"),
    fields=st.dictionaries(st.sampled_from("abc"), lines, max_size=3),
    alternative=st.none() | st.sampled_from(list(SHOP.values())),
)
tags = st.builds(
    ProductTag, product_lists, fractions, fractions, label=st.none() | lines, disclosure=disclosures, cta=ctas
)
timed = st.builds(
    lambda products, x, start, length: ProductTag(products, x, x, start=start, end=start + length),
    product_lists,
    fractions,
    st.integers(0, 1000),
    st.floats(0.01, 1000),
)
crops = st.builds(lambda x, y, w, h: Crop(x, y, w * (1 - x), h * (1 - y)), *[st.floats(0.01, 0.9)] * 4)
sources = st.builds(
    Source, st.just("/m.jpg 600w"), st.sampled_from(MEDIA), st.none() | crops, st.integers(1, 99), st.integers(1, 99)
)
pictures = st.builds(
    Picture,
    st.sampled_from(["/a.jpg", "https://cdn.shop.example/b/c.webp?w=3"]),
    st.integers(1, 5000),
    st.integers(1, 5000),
    lines.map("Seen: {}".format),
    id=lines,
    tags=st.lists(tags, max_size=4),
    srcset=st.sampled_from(["", "/a-600.jpg 600w"]),
    sizes=st.sampled_from(["", "100vw"]),
    sources=st.lists(sources, max_size=2),
    focal=st.tuples(fractions, fractions),
    credit=lines,
    rights=st.none() | st.builds(Rights, st.booleans(), lines, moments, moments, lines),
    customer=st.booleans(),
    disclosure=disclosures,
    licence=st.sampled_from(["", "/licence"]),
)


def through_json(data: object) -> Any:
    """What a file would give back."""
    return json.loads(json.dumps(data, allow_nan=False))


@patient
@given(pictures)
def test_a_picture_comes_back_from_json(picture: Picture) -> None:
    """Every field, to the last digit, with the shop's products or with those that travel along."""
    assert Picture.from_dict(through_json(picture.to_dict()), SHOP) == picture
    assert Picture.from_dict(through_json(picture.to_dict()), SHOP.get) == picture
    assert Picture.from_dict(through_json(picture.to_dict(products=True))) == picture


@patient
@given(st.lists(pictures, min_size=1, max_size=3, unique_by=lambda picture: picture.id), lines, disclosures)
def test_a_look_comes_back_from_json(made: list[Picture], title: str, disclosure: Disclosure | None) -> None:
    """With all its pictures; the products are told once."""
    look = Look(f"Look {title}", made, disclosure=disclosure, url="/looks/1")
    assert Look.from_dict(through_json(look.to_dict()), SHOP) == look
    data = through_json(look.to_dict(products=True))
    assert Look.from_dict(data) == look
    assert len(data["products"]) == len({product["id"] for product in data["products"]})


@patient
@given(pictures, st.lists(timed, max_size=3), disclosures)
def test_a_video_comes_back_from_json(poster: Picture, made: list[ProductTag], disclosure: Disclosure | None) -> None:
    """Its files, tracks and the times of its tags among it."""
    tracks = [Track("/c.vtt", "captions", "en", "English", default=True), Track("/m.vtt", "metadata")]
    video = Video(["/v.webm", "/v.mp4"], poster, title="Walk", tags=made, tracks=tracks, disclosure=disclosure)
    assert Video.from_dict(through_json(video.to_dict()), SHOP) == video
    assert Video.from_dict(through_json(video.to_dict(products=True))) == video


@pytest.mark.parametrize("product", SHOP.values(), ids=lambda product: product.id)
def test_a_product_comes_back_from_json(product: Product) -> None:
    """Money as text, because text is exact."""
    assert Product.from_dict(through_json(product.to_dict())) == product


def test_what_is_at_its_default_is_left_out() -> None:
    """Files stay readable, and small."""
    assert Picture("/a.jpg").to_dict() == {"id": "/a.jpg", "src": "/a.jpg"}
    picture = Picture("/a.jpg", 6, 4, "A", tags=[ProductTag(SHOP["shirt"], 0, 1)])
    assert picture.to_dict()["tags"] == [{"product": "shirt", "x": 0.0, "y": 1.0}]


def without_what_annotations_lack(tag: ProductTag, whole: Disclosure | None) -> ProductTag:
    """A tag without its button, with the disclosure of its picture when it has none."""
    return ProductTag(tag.products, tag.x, tag.y, label=tag.label, disclosure=tag.disclosure or whole)


@patient
@given(pictures)
def test_tags_come_back_from_annotations(picture: Picture) -> None:
    """Points to the last digit, products, labels, and above all disclosures."""
    annotations = through_json(picture.to_annotations())
    size: dict[str, Any] = {"width": picture.width, "height": picture.height, "alt": picture.alt}
    back = Picture.from_annotations(annotations, SHOP, src=picture.src, **size)
    assert back.tags == tuple(without_what_annotations_lack(tag, picture.disclosure) for tag in picture.tags)
    if picture.tags:
        page = {"type": "AnnotationPage", "items": annotations}
        assert Picture.from_annotations(page, SHOP, **size) == back
        assert Picture.from_annotations(annotations[0], SHOP, **size).tags == back.tags[:1]


@patient
@given(pictures)
def test_tags_come_back_from_instagram(picture: Picture) -> None:
    """One entry per product; those at one point are one tag again."""
    sent = through_json(picture.to_instagram())
    size: dict[str, Any] = {"width": picture.width, "height": picture.height, "alt": picture.alt}
    back = Picture.from_instagram({"data": sent}, SHOP, src=picture.src, **size)
    assert back.to_instagram() == sent
    points = [(tag.x, tag.y) for tag in picture.tags]
    if len(set(points)) == len(points):
        assert [tag.products for tag in back.tags] == [tag.products for tag in picture.tags]


def test_instagram_takes_twenty_products_under_its_own_ids() -> None:
    """The limit is told, and so is a product it does not have."""
    many = [ProductTag(list(SHOP.values()), n / 10, 0.5) for n in range(7)]
    picture = Picture("/a.jpg", 6, 4, "A", tags=many)
    with pytest.raises(InvalidValueError, match="hold 21 products; Instagram takes at most 20") as caught:
        picture.to_instagram()
    assert caught.value.field == "Picture.tags"
    one = Picture("/a.jpg", 6, 4, "A", tags=many[:1])
    with pytest.raises(InvalidValueError, match="'cap' has no id in product_ids") as caught:
        one.to_instagram({"shirt": "3231"})
    assert caught.value.field == "Picture.tags[1].product"
    ids = {"shirt": "3231775643511089", "cap": "2", "sock": "3"}
    assert one.to_instagram(ids)[0] == {"product_id": "3231775643511089", "x": 0.0, "y": 0.5}


def test_ids_of_instagram_may_be_numbers() -> None:
    """Some tools write them so, and add what we do not need."""
    entry = {"product_id": 3231775643511089, "x": 0.5, "y": 0.8, "price_string": "€49", "review_status": "approved"}
    products = {"3231775643511089": SHOP["shirt"]}
    picture = Picture.from_instagram([entry], products, src="/a.jpg", width=6, height=4, alt="A")
    assert picture.tags == (ProductTag(SHOP["shirt"], 0.5, 0.8),)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "product_tags"),
        ({"error": {"message": "no"}}, "product_tags"),
        (["x"], "product_tags[1]"),
        ([{"product_id": "shirt", "x": 0.5}], "product_tags[1].y"),
        ([{"product_id": "shirt", "x": 0.5, "y": 0.5}, {"product_id": "shirt", "x": 5, "y": 0.5}], "product_tags[2].x"),
        ([{"product_id": "nope", "x": 0.5, "y": 0.5}], "product_tags[1].product[1]"),
        ([{"product_id": ["shirt"], "x": 0.5, "y": 0.5}], "product_tags[1].product[1]"),
        ([{"product_id": "shirt", "x": 0.5, "y": 0.5}] * 101, "product_tags"),
    ],
)
def test_bad_tags_of_instagram_are_refused_by_their_number(data: object, field: str) -> None:
    """Counted from 1, as markers are."""
    with pytest.raises(InvalidValueError) as caught:
        Picture.from_instagram(data, SHOP, src="/a.jpg", width=6, height=4, alt="A")
    assert caught.value.field == field


def annotation(fragment: str = "xywh=percent:50,50,0,0", **changed: Any) -> dict[str, Any]:
    """An annotation as other tools write it."""
    target = {"source": "https://shop.example/a.jpg", "selector": {"type": "FragmentSelector", "value": fragment}}
    return {
        "type": "Annotation",
        "body": {"type": "TextualBody", "purpose": "tagging", "value": "shirt"},
        "target": target,
    } | changed


@pytest.mark.parametrize(
    ("fragment", "point"),
    [
        ("xywh=percent:37.5,62.5,0,0", (0.375, 0.625)),
        ("xywh=percent:10,20,20,40", (0.2, 0.4)),
        ("xywh=pixel:300,200,0,0", (0.5, 0.5)),
        ("xywh=300,200,60,40", (0.55, 0.55)),
        ("t=12,15&xywh=percent:1,2,0,0", (0.01, 0.02)),
    ],
)
def test_points_of_other_tools_are_understood(fragment: str, point: tuple[float, float]) -> None:
    """Percent or pixels, points or rectangles, which become their middle."""
    picture = Picture.from_annotations([annotation(fragment)], SHOP, width=600, height=400, alt="A")
    assert (picture.tags[0].x, picture.tags[0].y) == point
    assert picture.src == "https://shop.example/a.jpg"


def test_an_address_may_hold_the_point() -> None:
    """The shortest form of a target."""
    short = annotation(target="https://shop.example/a.jpg#xywh=percent:25,75,0,0")
    picture = Picture.from_annotations(short, SHOP, width=600, height=400, alt="A")
    assert (picture.src, picture.tags[0].x, picture.tags[0].y) == ("https://shop.example/a.jpg", 0.25, 0.75)


def test_the_time_of_a_video_goes_along() -> None:
    """As a media fragment beside the point."""
    poster = Picture("/p.jpg", 600, 400, "A")
    tags = [ProductTag(SHOP["shirt"], 0.5, 0.25, start=12, end=15.5)]
    [made] = Video("/v.webm", poster, title="Walk", tags=tags, disclosure=Disclosure("gifted", "Acme")).to_annotations()
    assert made["target"]["selector"]["value"] == "t=12,15.5&xywh=percent:50,25,0,0"
    assert made["body"][-1]["value"] == "disclosure:gifted"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("x", "annotations"),
        ([7], "annotations[1]"),
        ([{}], "annotations[1].body"),
        ([annotation(body=None)], "annotations[1].body"),
        ([annotation(body=["shirt"])], "annotations[1].body"),
        ([annotation(body={"purpose": "tagging", "value": {"a": 1}})], "annotations[1].product[1]"),
        ([annotation(target=None)], "annotations[1].target"),
        ([annotation("xywh=percent:NaN,1,0,0")], "annotations[1].target"),
        ([annotation("xywh=percent:1,1,0")], "annotations[1].target"),
        ([annotation(), annotation("xywh=percent:150,1,0,0")], "annotations[2].x"),
        ([annotation("xywh=pixel:1,1,0,0")], "Picture.width"),
        ([annotation()] * 101, "annotations"),
        (
            [annotation(body=[annotation()["body"], {"purpose": "classifying", "value": "disclosure:free"}])],
            "annotations[1].body",
        ),
    ],
)
def test_bad_annotations_are_refused_by_their_number(data: object, field: str) -> None:
    """A disclosure nobody knows is never dropped in silence."""
    with pytest.raises(InvalidValueError) as caught:
        Picture.from_annotations(data, SHOP, src="/a.jpg", alt="A")
    assert caught.value.field == field


TAG: dict[str, Any] = {"product": "shirt", "x": 0.5, "y": 0.5}
WARE: dict[str, Any] = {"id": "x", "title": "X"}
GOOD: dict[str, Any] = {"src": "/a.jpg", "width": 600, "height": 400, "alt": "A"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"src": None}, "Picture.src"),
        ({"sauce": "x"}, "Picture"),
        ({7: "x"}, "Picture"),
        ({"tags": {"product": "shirt"}}, "Picture.tags"),
        ({"tags": 7}, "Picture.tags"),
        ({"tags": [TAG, TAG, TAG | {"x": 2}]}, "Picture.tags[3].x"),
        ({"tags": [TAG, {"product": "shirt", "x": 0.5}]}, "Picture.tags[2].y"),
        ({"tags": [TAG | {"product": "shrit"}]}, "Picture.tags[1].product"),
        ({"tags": [TAG | {"product": ["cap", "x"]}]}, "Picture.tags[1].product[2]"),
        ({"tags": [TAG | {"product": 7}]}, "Picture.tags[1].product"),
        ({"tags": [TAG | {"disclosure": "ad"}]}, "Picture.tags[1].disclosure"),
        ({"tags": [TAG | {"disclosure": {"kind": "free"}}]}, "Picture.tags[1].disclosure.kind"),
        ({"tags": [TAG | {"cta": {"kind": "add_to_cart"}}]}, "Picture.tags[1].cta.action"),
        ({"tags": [TAG | {"cta": {"alternative": "x"}}]}, "Picture.tags[1].cta.alternative"),
        ({"tags": [TAG | {"cta": 7}]}, "Picture.tags[1].cta"),
        ({"tags": [TAG] * 101}, "Picture.tags"),
        ({"focal": [0.5, 7]}, "Picture.focal[2]"),
        ({"rights": {"granted": True, "until": "tomorrow"}}, "Picture.rights.until"),
        ({"rights": {"granted": True, "until": "2026-01-01T00:00:00"}}, "Picture.rights.until"),
        ({"rights": {"granted": True, "until": 7}}, "Picture.rights.until"),
        ({"rights": {}}, "Picture.rights.granted"),
        ({"sources": [{"srcset": "/m.jpg"}]}, "Picture.sources[1].media"),
        (
            {"sources": [{"srcset": "/m.jpg", "media": MEDIA[0], "width": 1, "height": 1, "crop": {"x": 0}}]},
            "Picture.sources[1].crop.y",
        ),
        (
            {
                "sources": [
                    {
                        "srcset": "/m.jpg",
                        "media": MEDIA[0],
                        "width": 1,
                        "height": 1,
                        "crop": {"x": 0.5, "y": 0, "width": 1, "height": 1},
                    }
                ]
            },
            "Picture.sources[1].crop.width",
        ),
        ({"products": [WARE]}, "Picture.products[1].url"),
        ({"products": [WARE | {"url": "/x", "price": 9.5, "currency": "EUR"}]}, "Picture.products[1].price"),
        ({"products": [WARE | {"url": "/x", "rating": {"value": "9"}}]}, "Picture.products[1].rating.count"),
        ({"products": {"x": {}}}, "Picture.products"),
    ],
)  # fmt: skip
def test_data_that_is_wrong_is_named_by_its_place(change: dict[str, Any], field: str) -> None:
    """All the way down to the field, numbers from 1."""
    with pytest.raises(InvalidValueError) as caught:
        Picture.from_dict(GOOD | change, SHOP)
    assert caught.value.field == field


@pytest.mark.parametrize("data", [None, 7, "x", [], [GOOD]])
def test_only_an_object_is_a_picture(data: Any) -> None:
    """Neither a list nor nothing."""
    for kind in (Picture, Look, Video):
        with pytest.raises(InvalidValueError, match="pass an object"):
            kind.from_dict(data, SHOP)


def test_a_product_that_is_nearly_known_is_offered() -> None:
    """In a catalogue of thousands the right id is hard to find by eye."""
    with pytest.raises(InvalidValueError, match="Did you mean 'shirt'"):
        Picture.from_dict(GOOD | {"tags": [TAG | {"product": "shrit"}]}, SHOP)
    with pytest.raises(InvalidValueError, match="Pass the products"):
        Picture.from_dict(GOOD | {"tags": [TAG]})


def test_products_may_come_from_a_function() -> None:
    """Which may give nothing, fail to find it, or give what it should not."""
    data = GOOD | {"tags": [TAG]}
    assert Picture.from_dict(data, SHOP.__getitem__).products == (SHOP["shirt"],)
    for function in (lambda key: None, {}.__getitem__):
        with pytest.raises(InvalidValueError, match="no product has the id 'shirt'"):
            Picture.from_dict(data, function)
    with pytest.raises(InvalidValueError, match="gave a str"):
        Picture.from_dict(data, lambda key: key)  # type: ignore[arg-type,return-value]
    with pytest.raises(InvalidValueError, match="pass a mapping of id to Product"):
        Picture.from_dict(data, list(SHOP.values()))  # type: ignore[arg-type]


def test_faults_in_looks_and_videos_are_named_by_their_place() -> None:
    """The picture's number, then the tag's."""
    bad = GOOD | {"tags": [TAG, TAG | {"y": -1}]}
    for read, data, field in [
        (Look.from_dict, {"title": "x", "pictures": [GOOD, bad]}, "Look.pictures[2].tags[2].y"),
        (Look.from_dict, {"title": "x"}, "Look.pictures"),
        (Look.from_dict, {"title": "x", "pictures": [GOOD | {"products": []}]}, "Look.pictures[1]"),
        (Video.from_dict, {"title": "x", "src": "/v.mp4", "poster": bad}, "Video.poster.tags[2].y"),
        (Video.from_dict, {"title": "x", "src": "/v.mp4", "poster": GOOD, "tags": [TAG]}, "Video.tags[1].start"),
        (Video.from_dict, {"title": "x", "src": [{"src": ""}], "poster": GOOD}, "Video.src[1].src"),
        (
            Video.from_dict,
            {"title": "x", "src": "/v.mp4", "poster": GOOD, "tracks": [{"src": "/t.vtt", "kind": "x"}]},
            "Video.tracks[1].kind",
        ),
    ]:
        with pytest.raises(InvalidValueError) as caught:
            read(data, SHOP)  # type: ignore[operator]
        assert caught.value.field == field


words = st.text(max_size=5) | st.sampled_from(["shirt", "/a.jpg"])
keys = st.text(max_size=5) | st.sampled_from([*GOOD, *TAG, "tags", "sources", "rights", "focal", "products"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@patient
@given(st.dictionaries(keys, anything, max_size=4))
def test_whatever_a_file_holds_there_is_a_picture_or_a_clear_error(change: dict[str, Any]) -> None:
    """Never another kind of error."""
    try:
        picture = Picture.from_dict(GOOD | change, SHOP)
    except InvalidValueError as error:
        refused = error
        assert refused.field.startswith("Picture")
        assert len(str(refused)) < 1_000
    else:
        assert Picture.from_dict(through_json(picture.to_dict()), SHOP) == picture


def test_times_keep_their_moment_whatever_their_zone(make_picture: Callable[..., Picture]) -> None:
    """Offsets are written, not names."""
    from zoneinfo import ZoneInfo

    until = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    picture = make_picture(rights=Rights(True, until=until))
    back = Picture.from_dict(through_json(picture.to_dict()))
    assert back.rights is not None
    assert back.rights.until == until
    assert not back.allowed(until + timedelta(seconds=1))


def test_the_tags_of_a_video_are_cues_of_a_file() -> None:
    """One cue per tag with its number and times; one without an end lasts, and no text breaks out of its cue."""
    poster = Picture("/kiln.jpg", 1200, 800, "A kiln")
    hostile = Product(id="a --> b\n\nWEBVTT", title="Mug", url="/p/mug")
    plain = Product(id="mug", title="Mug", url="/p/mug")
    tags = [
        ProductTag(plain, 0.25, 0.5, start=1.2345, end=3_725),
        ProductTag([hostile, plain], 0.75, 0.5, start=3),
    ]
    text = Video("/kiln.webm", poster, title="Kiln", tags=tags).to_webvtt()
    blocks = text.split("\n\n")
    assert blocks[0] == "WEBVTT"
    lines = [block.strip("\n").split("\n") for block in blocks[1:]]
    assert [line[:2] for line in lines] == [
        ["1", "00:00:01.234 --> 01:02:05.000"],
        ["2", "00:00:03.000 --> 100:00:00.000"],
    ]
    assert [json.loads(line[2]) for line in lines] == [
        {"tag": 1, "product": "mug", "x": 0.25, "y": 0.5},
        {"tag": 2, "product": f"{hostile.id},mug", "x": 0.75, "y": 0.5},
    ]
    assert text.count("-->") == 2
