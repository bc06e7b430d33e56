"""The demo's tagged pictures: what they are made of, and how what comes of them is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sharekit.demo.looks import Looks
from sharekit.demo.own import own_shop
from sharekit.products import Product
from sharekit.reports.tags import TagRow

STATIC = Path(own_shop.__code__.co_filename).parent / "static"


@pytest.fixture
def looks() -> Looks:
    """The looks that come with the package."""
    return own_shop().looks


@pytest.fixture
def shop(make_demo: Callable[..., Flask]) -> Flask:
    """The demo's own shop."""
    return make_demo()


@pytest.fixture
def client(shop: Flask, browser_agent: str) -> FlaskClient:
    """A browser on it."""
    made = shop.test_client()
    made.environ_base |= {"HTTP_USER_AGENT": browser_agent, "REMOTE_ADDR": "203.0.113.9"}
    return made


def rows(shop: Flask) -> dict[str, TagRow]:
    """The report by tag, by key."""
    kit = shop.extensions["sharekit"]
    assert kit.flush(10)
    return {row.key: row for row in kit.report.funnel(by="tag")}


def test_every_tagged_thing_is_one_of_the_shops_own(looks: Looks) -> None:
    """Products are those of the catalogue, with their prices, and every file is there."""
    products = {ware.product.id: ware.product for ware in own_shop().catalog.wares}
    assert len(looks.shown) == 9
    for one in looks.shown:
        assert one.tags
        for product in one.products:
            assert isinstance(product, Product)
            assert (product.title, product.money) == (products[product.id].title, products[product.id].money)
            assert (STATIC.parent / str(product.image).lstrip("/")).is_file()
    for picture in [*looks.table.pictures, looks.shore, looks.kiln, *looks.gallery, looks.film.poster]:
        for src in [picture.src, *(source.srcset for source in picture.sources)]:
            drawing = (STATIC.parent / src.lstrip("/")).read_text()
            assert drawing.startswith("<svg ")
    assert set(looks.titles) == {one.id for one in looks.shown}


def test_the_pictures_are_as_the_lint_wants_them(looks: Looks) -> None:
    """Nothing to say, but for what the page is there to show: a tag that leaves the picture on phones."""
    found = [
        problem
        for picture in (*looks.table.pictures, looks.shore, looks.kiln, *looks.gallery)
        for problem in picture.lint()
    ]
    assert [problem.code for problem in found] == ["tag-outside-crop"]
    assert [problem.code for problem in looks.film.lint()] == ["captions-missing"]  # it has no sound


def test_points_lie_on_the_same_things_in_the_narrow_cut(looks: Looks) -> None:
    """The upright picture is the right half of the wide one."""
    (narrow,) = looks.shore.sources
    assert narrow.crop is not None
    places = [narrow.crop.place(tag.x, tag.y) for tag in looks.shore.tags]
    assert places[0] == pytest.approx((0.33, 0.785))
    assert places[3] is None
    drawing = (STATIC / "pictures" / "sea-front-narrow.svg").read_text()
    whole = (STATIC / "pictures" / "sea-front.svg").read_text()
    assert 'viewBox="800 0 800 1000"' in drawing
    assert drawing.split("<defs>")[1] == whole.split("<defs>")[1]


def test_the_film_is_small_and_its_tracks_name_its_tags(looks: Looks) -> None:
    """At most 250 KB in either form; the cues are the tags' moments and points."""
    films = STATIC / "films"
    heads = {"slow-coffee.webm": b"\x1a\x45\xdf\xa3", "slow-coffee.mp4": b"ftyp"}
    for name, head in heads.items():
        content = (films / name).read_bytes()
        assert head in content[:12]
        assert len(content) <= 250 * 1024
        assert b"/tmp" not in content
    cues = re.findall(r"([\d:.]+) --> ([\d:.]+)\n(.+)", (films / "slow-coffee.tags.vtt").read_text())
    assert len(cues) == len(looks.film.tags)
    for number, ((start, end, body), tag) in enumerate(zip(cues, looks.film.tags, strict=True), 1):
        assert (float(start[3:]), float(end[3:])) == (tag.start, tag.end)
        assert json.loads(body) == {"tag": number, "product": tag.products[0].id, "x": tag.x, "y": tag.y}


def test_the_page_has_the_tags_in_every_form(client: FlaskClient, looks: Looks) -> None:
    """A figure for each picture, disclosures in front, the customer's name, a button for all of it."""
    html = client.get("/looks/").text
    assert set(re.findall(r'data-sk-picture="([^"]+)"', html)) == {one.id for one in looks.shown}
    assert html.count("sk-look__whole") >= 1
    assert "Ineke, whose cat it is" in html
    assert html.index("gifted by Marram") < html.index("north-sea-blanket.svg")
    assert html.index("the boatyard") < html.index("driftwood-board.svg")
    assert "sk-gallery--carousel" in html
    assert "<video" in html
    assert "autoplay" not in html
    assert 'rel="stylesheet" href="/sharekit/static/looks.' in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_every_card_and_list_leads_to_a_page_of_the_shop(client: FlaskClient) -> None:
    """Links of tags, and where forms post to."""
    html = client.get("/looks/").text
    for address in set(re.findall(r'href="(?:http://127\.0\.0\.1:8000)?(/p/[^"]+)"', html)):
        assert client.get(address).status_code == 200
    assert set(re.findall(r'<form class="sk-[^"]+" method="post" action="([^"]+)"', html)) <= {
        "/basket",
        "http://127.0.0.1:8000/basket",
    }


def test_structured_data_is_a_list_of_links(client: FlaskClient) -> None:
    """A page of looks is about no single product."""
    html = client.get("/looks/").text
    kinds = [json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.+?)</script>', html)]
    assert "ItemList" in json.dumps(kinds)
    assert '"@type": "Product"' not in json.dumps(kinds)


def test_a_tags_form_fills_the_basket_and_is_counted(client: FlaskClient, shop: Flask) -> None:
    """Without the script the shop's route is all there is to count by."""
    answer = client.post("/basket", data={"ware": "dune-mug", "picture": "breakfast", "tag": "3"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/basket")
    assert client.get("/basket/count").text == "1"
    row = rows(shop)["breakfast#3"]
    assert (row.products, row.carts) == (("dune-mug",), 1)


def test_what_the_script_posts_is_left_to_the_script(client: FlaskClient, shop: Flask) -> None:
    """It counts by itself, so the route only fills the basket, and needs no page for an answer."""
    data = {"ware": "dune-mug", "picture": "breakfast", "tag": "3"}
    answer = client.post("/basket", data=data, headers={"X-Requested-With": "sharekit"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get("/basket/count").text == "1"
    assert rows(shop) == {}


def test_a_whole_look_is_one_step_into_the_basket(client: FlaskClient, shop: Flask) -> None:
    """Every ware of it is in the basket; it counts once, for the picture and not for its tags."""
    html = client.get("/looks/").text
    form = html.split('<form class="sk-look__whole"')[1].split("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    assert len(data["ware"]) == 5
    assert client.post("/basket", data=data).status_code == 303
    assert client.get("/basket/count").text == "5"
    assert {key: (row.products, row.carts) for key, row in rows(shop).items()} == {"breakfast#0": ((), 1)}


def test_a_look_with_something_sold_out_is_refused_as_a_whole(client: FlaskClient, shop: Flask) -> None:
    """A forged or outdated form puts nothing into the basket and counts nothing."""
    answer = client.post("/basket", data={"ware": ["dune-mug", "salt-pig"], "picture": "kiln", "tag": ["1", "2"]})
    assert answer.status_code == 409
    assert client.get("/basket/count").text == "0"
    assert rows(shop) == {}


@pytest.mark.parametrize("picture", ["x" * 20_000, "\x00", "breakfast\x1b[2J"])
@pytest.mark.parametrize("tag", ["-1", "99999999999999999999", "<b>", "\x00"])
def test_forged_places_do_no_harm(client: FlaskClient, shop: Flask, picture: str, tag: str) -> None:
    """The basket is filled; what cannot be an event of a tag makes no row, or a harmless one."""
    assert client.post("/basket", data={"ware": "dune-mug", "picture": picture, "tag": tag}).status_code == 303
    assert client.get("/basket/count").text == "1"
    assert set(rows(shop)) <= {"breakfast\x1b[2J#0"}
    html = client.get("/report").text
    assert "<b>" not in html.split("<main")[1]


def test_the_report_tells_tags_by_their_names(client: FlaskClient, shop: Flask) -> None:
    """Seen, opened, followed, in the basket: per tag, in words, also for the tags nobody touched."""
    about = {"widget": "tags", "placement": "table"}
    place = {"picture": "breakfast", "tag": 3, "position": 1}
    events = [
        about | {"name": "impression", "props": {"picture": "breakfast", "tags": 5}},
        *(
            about | {"name": name, "product_id": "dune-mug", "props": place}
            for name in ("tag_open", "product_click", "add_to_cart")
        ),
    ]
    assert client.post("/sharekit/events", json=events).status_code == 202
    assert rows(shop)["breakfast#3"].carts == 1
    html = client.get("/report").text
    table = html.split("numbers--tags")[1].split("</table>")[0]
    lines = re.findall(r"<tr><th scope=\"row\">(.+?)</tr>", table, re.DOTALL)
    assert len(lines) == 5
    assert '<a href="/looks/#table">The breakfast table, 3</a>' in lines[2]
    assert "Dune mug" in lines[2]
    assert lines[2].count("100.0 %") == 3
    assert "Samphire towel" in lines[4]
    assert "share bars, half visible for a second" in html
    assert ">0</span>" in html.split("share bars")[0]  # a picture is no share bar


def test_products_say_where_they_are_to_be_seen(client: FlaskClient) -> None:
    """From a product back to the pictures it is in; nothing where it is in none."""
    assert '<a href="/looks/#slow-coffee">Slow coffee</a>' in client.get("/p/dune-mug").text
    assert '<a href="/looks/#around">' in client.get("/p/ferry-tote").text
    assert "To be seen in" not in client.get("/p/tide-notebook").text


def test_a_catalogue_of_ones_own_has_no_looks(make_demo: Callable[..., Flask], tmp_path: Path) -> None:
    """The page is not there, and nothing leads to it."""
    path = tmp_path / "list.json"
    path.write_text('[{"id":"a","title":"A","price":5,"currency":"EUR"}]')
    client = make_demo(catalog=path).test_client()
    assert client.get("/looks/").status_code == 404
    assert "/looks/" not in client.get("/").text
    assert client.get("/p/a").status_code == 200
