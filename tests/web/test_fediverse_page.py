"""The page that asks for a fediverse server, and where it leads."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

SAME_ORIGIN = {"origin": "https://shop.example", "sec-fetch-site": "same-origin"}


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def first(self, tag: str) -> dict[str, str | None]:
        """The attributes of the first tag of that name."""
        return next(attributes for name, attributes in self.tags if name == tag)


def form(text: str) -> bytes:
    """A posted form that names a server."""
    return f"instance={quote(text)}".encode()


def test_the_page_asks_for_a_server(shop: Any) -> None:
    """A form that posts back to the same token, with what will be shared and servers to choose from."""
    token = shop.token(n="mastodon")
    response = shop.ask("GET", f"/fediverse/{token}?p=abcdefghijkl")
    assert (response.status, shop.header(response, "content-type")) == (200, "text/html; charset=utf-8")
    page = Tags(response.body)
    assert page.first("form")["action"] == f"/sharekit/fediverse/{token}?p=abcdefghijkl"
    assert page.first("form")["method"] == "post"
    assert page.first("input")["name"] == "instance"
    assert page.first("html")["lang"] == "en"
    assert "Stoneware mug https://shop.example/p/mug-1?utm_source=mastodon" in page.text
    assert any(tag == "option" and row["value"] == "mastodon.social" for tag, row in page.tags)
    assert shop.events == []


def test_the_pages_policy_is_strict(shop: Any) -> None:
    """Nothing inline, nothing of other hosts, no frame around it; only the form may lead elsewhere."""
    response = shop.ask("GET", f"/fediverse/{shop.token(n='mastodon')}")
    policy = dict(part.split(" ", 1) for part in shop.header(response, "content-security-policy").split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self' https:"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert shop.header(response, "cache-control") == "no-store"
    page = Tags(response.body)
    assert not any("style" in row or any(name.startswith("on") for name in row) for _, row in page.tags)
    for tag, row in page.tags:
        if tag in {"script", "link"}:
            assert (row.get("src") or row.get("href") or "").startswith("/sharekit/static/")


def test_the_page_speaks_the_shoppers_language(make_shop: Any) -> None:
    """``?lang=`` wins over the setting, an unknown one is English, and Arabic runs from right to left."""
    shop = make_shop(locale="de")
    link = f"/fediverse/{shop.token(n='mastodon')}"
    spoken = [
        Tags(shop.ask("GET", link + query).body).first("html") for query in ("", "?lang=ar", "?lang=%3Cscript%3E")
    ]
    assert [(html["lang"], html["dir"]) for html in spoken] == [("de", "ltr"), ("ar", "rtl"), ("en", "ltr")]


def test_naming_a_server_counts_the_share_and_leads_there(shop: Any) -> None:
    """303 to the server's own share page with a fresh share id; click and share are kept."""
    path = f"/fediverse/{shop.token(n='mastodon')}?p=abcdefghijkl"
    response = shop.ask("POST", path, body=form("@ann@Mastodon.Social"), headers=SAME_ORIGIN)
    assert response.status == 303
    target = urlsplit(shop.header(response, "location"))
    assert (target.scheme, target.netloc, target.path) == ("https", "mastodon.social", "/share")
    text = parse_qs(target.query)["text"][0]
    assert text.startswith("Stoneware mug https://shop.example/p/mug-1?utm_source=mastodon")
    assert [event.name for event in shop.events] == ["click", "share"]
    for event in shop.events:
        assert (event.network, event.parent_share_id) == ("mastodon", "abcdefghijkl")
        assert text.endswith(event.share_id)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "localhost", "mastodon", "127.0.0.1", "[::1]", "10.0.0.1", "0x7f.1", "2130706433",
        "mastodon.social:8443", "user:pass@mastodon.social", "http://localhost/", "https://mastodon.social@evil",
        "server.local", "db.internal", "javascript:alert(1)", "mastodon.social/../x y", "<script>", "\x00",
        "mastodon.social\r\nSet-Cookie: a=b", "ü" * 300, "x" * 5_000, "//", ".", "..", "mastodon..social", "-a.example",
    ],
)  # fmt: skip
def test_what_is_no_public_server_is_asked_again(shop: Any, typed: str) -> None:
    """The form comes back with an error and what was typed, escaped; nothing is counted."""
    response = shop.ask("POST", f"/fediverse/{shop.token(n='mastodon')}", body=form(typed), headers=SAME_ORIGIN)
    assert (response.status, shop.header(response, "location")) == (422, "")
    page = Tags(response.body)
    assert page.first("input")["aria-invalid"] == "true"
    assert "<script>alert" not in response.body.decode()
    assert shop.events == []


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"instance", b"&" * 60_000, b"=&=", b"instance=%ff%fe", b"%"])
def test_a_malformed_form_is_asked_again(shop: Any, body: bytes) -> None:
    """Bodies that are no form are as good as an empty field."""
    response = shop.ask("POST", f"/fediverse/{shop.token(n='mastodon')}", body=body, headers=SAME_ORIGIN)
    assert response.status == 422


def test_a_form_that_is_too_large_is_refused(shop: Any) -> None:
    """Nobody types 64 KiB."""
    body = form("x" * 66_000)
    response = shop.ask("POST", f"/fediverse/{shop.token(n='mastodon')}", body=body, headers=SAME_ORIGIN)
    assert response.status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://www.shop.example", "sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_cannot_post_the_form(make_shop: Any, headers: dict[str, str]) -> None:
    """The form is for its own page alone, the allow-list of the collector does not open it."""
    shop = make_shop(allowed_origins=["https://www.shop.example"])
    path = f"/fediverse/{shop.token(n='mastodon')}"
    response = shop.ask("POST", path, body=form("mastodon.social"), headers=headers)
    assert (response.status, shop.reason(response)["error"]) == (403, "cross_site")
    assert shop.events == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_tokens_for_the_fediverse_open_the_page(shop: Any, method: str) -> None:
    """Forged tokens, and links to other networks, get a reason."""
    for token, status in (("forged", 400), (shop.token(n="x"), 400), (shop.token(n="friendster"), 410)):
        response = shop.ask(method, f"/fediverse/{token}", body=form("mastodon.social"), headers=SAME_ORIGIN)
        assert response.status == status
        assert shop.reason(response)["error"] in {"bad_token", "network_gone"}


def test_hostile_titles_stay_text(shop: Any) -> None:
    """Markup in a title is shown as text, and template syntax as it is."""
    token = shop.token(n="mastodon", t="<script>alert(1)</script> {{ 7 * 7 }}")
    body = shop.ask("GET", f"/fediverse/{token}").body.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in body


def test_the_shops_own_template_wins(make_shop: Any, tmp_path: Any) -> None:
    """A template of the shop's own is used in place of ours, with the same values."""
    (tmp_path / "own" / "sharekit").mkdir(parents=True)
    (tmp_path / "own" / "sharekit" / "fediverse.html.jinja").write_text("{{ language }} {{ action }} {{ error }}")
    shop = make_shop(template_dirs=[tmp_path / "own"])
    token = shop.token(n="mastodon")
    assert shop.ask("GET", f"/fediverse/{token}").body.decode() == f"en /sharekit/fediverse/{token} False"
