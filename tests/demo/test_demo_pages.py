"""The demo shop's pages: what they show, what they promise browsers, and how an order is recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sharekit.demo.own import own_shop
from sharekit.demo.pictures import size_of
from sharekit.demo.placeholder import placeholder_svg

STATIC = Path(own_shop.__code__.co_filename).parent / "static"
PAGES = [
    "/",
    "/looks/",
    "/p/dune-mug",
    "/p/salt-pig",
    "/stories/",
    "/stories/kiln",
    "/basket",
    "/report",
    "/nowhere",
    "/?q=mug",
]


@pytest.fixture
def client(make_demo: Callable[..., Flask], browser_agent: str) -> FlaskClient:
    """A browser on the demo's own shop."""
    return browser(make_demo(), browser_agent)


def browser(app: Flask, agent: str) -> FlaskClient:
    """A client that says it is a browser."""
    client = app.test_client()
    client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "203.0.113.9"}
    return client


def order(client: FlaskClient, ware: str, share_id: str = "", **headers: str) -> str:
    """Buy one ware; the order's number."""
    client.post("/basket", data={"ware": ware, "share_id": share_id}, headers=headers)
    page = client.get("/basket").text
    number = re.search(r'name="order" value="([^"]+)"', page)
    assert number
    came_by = re.search(r'name="share_id" value="([^"]*)"', page)
    assert came_by
    answer = client.post("/checkout", data={"order": number[1], "share_id": came_by[1]}, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/thanks/{number[1]}"
    return number[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_the_strict_policy(client: FlaskClient, path: str) -> None:
    """The policy is default-src 'self', and nothing on the page would need more."""
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "img-src" not in answer.headers["Content-Security-Policy"]
    html = answer.text
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)
    assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", html))
    sources = re.findall(r'<(?:img|script|link rel="stylesheet"|link rel="icon")[^>]+(?:src|href)="([^"]+)"', html)
    assert sources
    assert all(source.startswith("/") for source in sources)


def test_the_front_shows_every_ware(client: FlaskClient) -> None:
    """All sixteen, each linked, priced, pictured and described for those who cannot see it."""
    html = client.get("/").text
    wares = own_shop().catalog.wares
    assert len(wares) == 16
    for ware in wares:
        assert f'href="{ware.product.url}"' in html
        assert ware.pictures[0].src in html


def test_a_product_page_shows_at_least_eight_networks(client: FlaskClient) -> None:
    """Real links that work without JavaScript, with this page's address and a share id inside."""
    html = client.get("/p/dune-mug").text
    links = re.findall(r'<a class="sk-share__control[^>]+href="([^"]+)"', html)
    assert len(links) >= 8
    for link in map(unescape, links):
        assert "dune-mug" in link or link.startswith("/sharekit/fediverse/")
    assert len(set(re.findall(r'data-sk-network="([^"]+)"', html))) >= 8
    assert 'data-sk-placement="product"' in html


def test_previews_name_pictures_that_networks_can_show(client: FlaskClient) -> None:
    """Every ware and story has a PNG of 1200 × 630 and at most 40 KB for networks, and an SVG for the page."""
    shop = own_shop()
    keys = [ware.slug for ware in shop.catalog.wares] + [story.slug for story in shop.stories] + ["sea-front"]
    for key in keys:
        preview = STATIC / "previews" / f"{key}.png"
        assert size_of(preview.read_bytes()) == (1200, 630)
        assert preview.stat().st_size <= 40 * 1024
        assert (STATIC / "pictures" / f"{key}.svg").read_text().startswith("<svg ")
    html = client.get("/p/tern-print").text
    assert '"http://127.0.0.1:8000/static/previews/tern-print.png"' in html
    assert 'property="og:image:width" content="1200"' in html


def test_pictures_carry_nothing_active() -> None:
    """The drawn pictures hold shapes only: no script, style, link or foreign thing."""
    for path in (STATIC / "pictures").iterdir():
        assert not re.search(r"<(?!/?(svg|defs|g|path|rect|circle|ellipse|clipPath)\b)", path.read_text())


def test_an_order_is_recorded_with_its_share(make_demo: Callable[..., Flask], browser_agent: str) -> None:
    """The hidden field's share id, the value and the lines reach the store; sent twice, the order counts once."""
    app = make_demo()
    client = browser(app, browser_agent)
    client.post("/basket", data={"ware": "dune-mug", "count": "2"})
    number = order(client, "spring-pitcher", share_id="AbCdEf123_-x")
    again = client.post("/checkout", data={"order": number})
    assert again.headers["Location"] == "/basket"
    assert number in client.get(f"/thanks/{number}").text
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    totals = kit.report.totals()
    assert (totals.purchases, totals.revenue) == (1, {"EUR": Decimal("96.00")})
    assert kit.report.totals().shared_purchases in {0, 1}


def test_without_javascript_the_share_comes_from_the_address(client: FlaskClient) -> None:
    """The page of a shared link writes its id into the form itself."""
    html = client.get("/p/dune-mug?utm_source=x&sk=AbCdEf123_-x").text
    assert 'name="share_id" value="AbCdEf123_-x" data-sk-share-id' in html
    client.post("/basket", data={"ware": "dune-mug", "share_id": "AbCdEf123_-x"})
    assert 'value="AbCdEf123_-x"' in client.get("/basket").text


def test_a_nonsense_share_id_does_not_lose_the_order(make_demo: Callable[..., Flask], browser_agent: str) -> None:
    """Whatever the hidden field holds, a placed order is recorded."""
    app = make_demo()
    order(browser(app, browser_agent), "dune-mug", share_id='"><script>\x00')
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    assert kit.report.totals().purchases == 1


def test_gpc_keeps_the_visitor_out_of_the_order(make_demo: Callable[..., Flask], browser_agent: str) -> None:
    """With Sec-GPC the purchase is recorded without a pseudonym."""
    app = make_demo()
    order(browser(app, browser_agent), "dune-mug", **{"Sec-GPC": "1"})
    order(browser(app, browser_agent), "dune-mug")
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    quiet, usual = kit.report._store.events()
    assert (quiet.gpc, quiet.visitor) == (True, "")
    assert usual.visitor


def test_sold_out_and_unknown_wares_cannot_be_ordered(client: FlaskClient) -> None:
    """The form is not on the page, and a forged post is refused."""
    assert 'name="ware"' not in client.get("/p/salt-pig").text
    assert client.post("/basket", data={"ware": "salt-pig"}).status_code == 409
    assert client.post("/basket", data={"ware": "nothing"}).status_code == 404


@pytest.mark.parametrize("count", ["0", "-3", "many", "99999999999999999999", "٣", ""])
def test_counts_stay_in_bounds(client: FlaskClient, count: str) -> None:
    """Between one and ninety-nine of a ware, whatever is typed."""
    client.post("/basket", data={"ware": "dune-mug", "count": count})
    found = re.search(r'name="dune-mug~" value="(\d+)"', client.get("/basket").text)
    assert found
    assert 1 <= int(found[1]) <= 99


def test_a_line_can_be_taken_out(client: FlaskClient) -> None:
    """Zero removes it; the basket then says that it is empty."""
    client.post("/basket", data={"ware": "dune-mug"})
    client.post("/basket/change", data={"dune-mug~": "0"})
    assert "The basket is empty" in client.get("/basket").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    """Another site cannot fill the basket or order what is in it."""
    for path in ("/basket", "/checkout", "/basket/change"):
        assert client.post(path, data={"ware": "dune-mug"}, headers=headers).status_code == 403


def test_somebody_elses_order_is_not_shown(client: FlaskClient) -> None:
    """The thank-you page belongs to the browser that ordered."""
    assert client.get("/thanks/M-00000000").status_code == 404


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\x00", "a" * 5_000]
)
def test_what_is_searched_for_is_shown_as_text(client: FlaskClient, text: str) -> None:
    """Search words never become markup."""
    html = client.get("/", query_string={"q": text, "department": text, "page": text, "sk": text}).text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "49" not in re.findall(r"for “(.*?)”", html)
    assert "<script>alert" not in client.get("/p/dune-mug", query_string={"sk": text}).text


def test_the_report_starts_empty_and_says_so(client: FlaskClient) -> None:
    """Before the first event there are no made-up zeros."""
    html = client.get("/report").text
    assert "Nothing yet" in html
    assert "<table" not in html


def test_a_store_that_cannot_be_read_is_not_an_empty_one(
    make_demo: Callable[..., Flask], browser_agent: str, tmp_path: Path
) -> None:
    """A damaged store is said in words, with nothing made up."""
    app = make_demo()
    (tmp_path / "data" / "events.db").write_bytes(b"no database " * 1_000)
    answer = browser(app, browser_agent).get("/report")
    assert answer.status_code == 503
    assert "Nothing yet" not in answer.text


def test_the_report_shows_what_happened(make_demo: Callable[..., Flask], browser_agent: str) -> None:
    """Seen, shared, visited, bought: with names of networks and wares, rates and money."""
    app = make_demo()
    client = browser(app, browser_agent)
    about = {"product_id": "tern-print", "placement": "product", "widget": "share"}
    came = {"network": "bluesky", "share_id": "AbCdEf123_-x"}
    events = [
        about | {"name": "impression", "props": {"networks": ["bluesky", "x"]}},
        *(about | came | {"name": name} for name in ("click", "share", "visit")),
    ]
    assert client.post("/sharekit/events", json=events).status_code == 202
    order(client, "tern-print", share_id="AbCdEf123_-x")
    assert app.extensions["sharekit"].flush(10)
    html = client.get("/report?days=7").text
    assert "Bluesky" in html
    assert '<a href="/p/tern-print">Tern, a print</a>' in html
    assert "€45.00" in html
    assert "100.0 %" in html
    assert client.get("/report?days=nonsense").status_code == 200


def test_a_kit_event_is_never_blocked_by_the_shop(client: FlaskClient) -> None:
    """The shop's own check of forms leaves posts below the mount to the kit, which refuses other sites itself."""
    event = {"name": "click", "network": "x", "product_id": "dune-mug"}
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/sharekit/events", json=event, headers=own).status_code == 202
    assert client.post("/sharekit/events", json=event, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("agent", ["curl/8.5.0", "python-requests/2.32", "Mozilla/5.0 HeadlessChrome/140.0"])
def test_tools_count_as_people_here_and_crawlers_do_not(make_demo: Callable[..., Flask], agent: str) -> None:
    """Whoever tries the demo with curl or a headless browser sees numbers; Googlebot does not make any."""
    app = make_demo()
    event = {"name": "click", "network": "x", "product_id": "dune-mug"}
    crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    assert browser(app, agent).post("/sharekit/events", json=event).status_code == 202
    assert browser(app, crawler).post("/sharekit/events", json=event).status_code == 202
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    assert kit.report.totals().clicks == 1


def test_a_users_catalogue_is_paged_and_searched(make_demo: Callable[..., Flask], tmp_path: Path) -> None:
    """Twenty-four to a page; pages and words are plain addresses."""
    rows = ",".join(
        f'{{"id":"{n}","title":"Cup {n}","price":5,"currency":"EUR","category":"C{n % 2}"}}' for n in range(60)
    )
    path = tmp_path / "big_shop.json"
    path.write_text(f"[{rows}]")
    client = make_demo(catalog=path).test_client()
    assert client.get("/").text.count('class="card"') == 24
    assert client.get("/?page=3").text.count('class="card"') == 12
    assert client.get("/?page=99").text.count('class="card"') == 12
    assert client.get("/?q=cup+59").text.count('class="card"') == 1
    assert "30 products" in client.get("/?department=C1").text
    assert "Nothing here goes by that name" in client.get("/?q=zebra").text
    assert "Big shop" in client.get("/").text
    assert client.get("/stories/").status_code == 404
    drawn = client.get("/drawn/59.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.text.startswith("<svg ")


def test_remote_pictures_open_the_policy_for_their_host_only(make_demo: Callable[..., Flask], tmp_path: Path) -> None:
    """A user's own pictures may come from where the catalogue says; scripts and styles never."""
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price,image_link\n1,Cup,5 EUR,https://cdn.example/cup.jpg\n")
    policy = make_demo(catalog=path).test_client().get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' https://cdn.example;")


def test_two_currencies_are_two_purchases(make_demo: Callable[..., Flask], tmp_path: Path, browser_agent: str) -> None:
    """Sums never cross currencies."""
    path = tmp_path / "list.json"
    path.write_text(
        '[{"id":"a","title":"A","price":5,"currency":"EUR"},{"id":"b","title":"B","price":7,"currency":"USD"}]'
    )
    app = make_demo(catalog=path)
    client = browser(app, browser_agent)
    client.post("/basket", data={"ware": "a"})
    order(client, "b")
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    totals = kit.report.totals()
    assert totals.revenue == {"EUR": Decimal("5.00"), "USD": Decimal("7.00")}


def test_options_have_prices_of_their_own(make_demo: Callable[..., Flask], tmp_path: Path, browser_agent: str) -> None:
    """The chosen variant is ordered at its price; an unknown one is the first."""
    path = tmp_path / "list.json"
    path.write_text(
        '[{"id":"a","title":"A","price":5,"currency":"EUR","variants":[{"name":"S","price":5},{"name":"L","price":"8.50"}]}]'
    )
    client = browser(make_demo(catalog=path), browser_agent)
    client.post("/basket", data={"ware": "a", "option": "L"})
    client.post("/basket", data={"ware": "a", "option": "forged"})
    page = client.get("/basket").text
    assert "€8.50" in page
    assert "€13.50" in page


def test_hostile_catalogues_are_shown_as_text(
    make_demo: Callable[..., Flask], tmp_path: Path, browser_agent: str
) -> None:
    """Markup in any cell is text on every page, in structured data and in drawings."""
    bad = "</script><script>alert(1)</script>"
    path = tmp_path / "list.json"
    row = {
        "id": "x",
        "title": bad,
        "description": f"x {bad}",
        "brand": bad,
        "category": bad,
        "price": 5,
        "currency": "EUR",
    }
    path.write_text(json.dumps([row]))
    client = browser(make_demo(catalog=path), browser_agent)
    client.post("/basket", data={"ware": "x"})
    for page in ("/", "/p/x", "/basket", "/drawn/x.svg"):
        assert "<script>alert" not in client.get(page).text
    assert "<script>" not in placeholder_svg("<script>", "<script>", "<script>")


def test_the_environment_can_change_the_demo(make_demo: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings from the environment win over the demo's own, such as the address behind a proxy."""
    monkeypatch.setenv("SHAREKIT_BASE_URL", "https://demo.example")
    assert make_demo().extensions["sharekit"].settings.base_url == "https://demo.example"
