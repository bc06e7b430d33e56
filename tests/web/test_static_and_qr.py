"""Static files and QR codes: caching, compression, and nothing but what is there."""

from __future__ import annotations

import gzip
import sys
from typing import Any
from xml.etree import ElementTree

import pytest

from sharekit.rendering.assets import DIST, Assets
from sharekit.web.qr import _draw


@pytest.fixture
def script() -> str:
    """Path of the script below the mount."""
    return Assets("").url("sharekit.js")


def test_a_hashed_file_is_kept_for_ever(shop: Any, script: str) -> None:
    """Name with hash: a year, immutable, with a tag, a type, and no guessing of types."""
    response = shop.ask("GET", script)
    assert response.status == 200
    assert shop.header(response, "cache-control") == "public, max-age=31536000, immutable"
    assert shop.header(response, "content-type") == "text/javascript; charset=utf-8"
    assert shop.header(response, "x-content-type-options") == "nosniff"
    assert shop.header(response, "vary") == "Accept-Encoding"
    assert b"sharekit" in response.body


def test_a_plain_name_is_not_kept_for_long(shop: Any) -> None:
    """A name without hash changes its content with the next release."""
    response = shop.ask("GET", "/static/sharekit.css")
    assert (response.status, shop.header(response, "cache-control")) == (200, "public, max-age=3600")


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0,gzip;q=0.5", "gzip"),
        ("br;q=0,gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("gzip;q=1.0, *;q=0", "gzip"),
        ("deflate", ""),
        (",;=,q", ""),
        ("br" * 10_000, ""),
    ],
)
def test_files_are_compressed_as_the_browser_takes_them(shop: Any, script: str, accept: str, encoding: str) -> None:
    """Brotli before gzip before nothing, by what the browser accepts; the bytes are the same once unpacked."""
    response = shop.ask("GET", script, headers={"accept-encoding": accept})
    assert shop.header(response, "content-encoding") == encoding
    built = DIST / script.rpartition("/")[2]
    assert response.body == built.with_name(built.name + {"": "", "br": ".br", "gzip": ".gz"}[encoding]).read_bytes()
    if encoding == "gzip":
        assert gzip.decompress(response.body) == built.read_bytes()


def test_a_known_file_is_not_sent_again(shop: Any, script: str) -> None:
    """If-None-Match with the tag, in any of its forms, is answered with 304 and no body."""
    headers = {"accept-encoding": "br"}
    etag = shop.header(shop.ask("GET", script, headers=headers), "etag")
    assert etag != shop.header(shop.ask("GET", script), "etag")
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = shop.ask("GET", script, headers=headers | {"if-none-match": known})
        assert (response.status, response.body, shop.header(response, "etag")) == (304, b"", etag)
        assert shop.header(response, "vary") == "Accept-Encoding"
    for other in ('"other"', etag.strip('"'), "W/", ""):
        assert shop.ask("GET", script, headers=headers | {"if-none-match": other}).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "", "..", ".", "manifest.json", "../config.py", "..%2Fconfig.py", "%2e%2e/config.py", "....//config.py",
        "/etc/passwd", "sharekit.js.br", "sharekit.js\x00.css", "sharekit.0000000000000000.js",
        "sharekit.zzzzzzzzzz.js", "SHAREKIT.JS", "sharekit", ".js", "é", "\ud800", "a" * 10_000,
    ],
)  # fmt: skip
def test_no_other_file_can_be_had(shop: Any, name: str) -> None:
    """Only the built files have names; there is no way to another folder, and no list."""
    response = shop.ask("GET", f"/static/{name}")
    assert (response.status, shop.reason(response)["error"]) == (404, "not_found")


def test_static_files_are_only_read(shop: Any, script: str) -> None:
    """Files cannot be posted to."""
    response = shop.ask("POST", script)
    assert (response.status, shop.header(response, "allow")) == (405, "GET, HEAD")


def test_a_qr_code_is_a_picture_of_the_tracked_address(shop: Any) -> None:
    """An SVG without script or style that may be kept for ever, and differs by product."""
    response = shop.ask("GET", f"/qr/{shop.token(n='qr', t='')}.svg")
    assert (response.status, shop.header(response, "content-type")) == (200, "image/svg+xml")
    assert "immutable" in shop.header(response, "cache-control")
    assert shop.header(response, "content-security-policy") == "default-src 'none'"
    root = ElementTree.fromstring(response.body)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["viewBox"] if "viewBox" in root.attrib else root.attrib["width"]
    other = shop.ask("GET", f"/qr/{shop.token(n='qr', t='', p='mug-2')}.svg")
    assert other.body != response.body
    assert shop.ask("GET", f"/qr/{shop.token(n='qr', t='')}.svg").body == response.body
    assert shop.events == []


@pytest.mark.parametrize("path", ["/qr/forged.svg", "/qr/.svg", "/qr/", "/qr/forged", "/qr/forged.png"])
def test_forged_qr_codes_are_refused(shop: Any, path: str) -> None:
    """Nobody can have codes drawn of addresses of his own."""
    assert shop.ask("GET", path).status in {400, 404}


def test_an_address_too_long_for_a_code_is_said_so(shop: Any) -> None:
    """QR codes end at some 2,300 characters."""
    response = shop.ask("GET", f"/qr/{shop.token(n='qr', u='https://shop.example/' + 'x' * 3_000)}.svg")
    assert (response.status, shop.reason(response)["error"]) == (404, "too_long")


def test_drawing_is_rate_limited(make_shop: Any) -> None:
    """A code takes some ten milliseconds to draw; nobody may ask for them without end."""
    shop = make_shop(rate_limit="3/minute")
    link = f"/qr/{shop.token(n='qr')}.svg"
    assert [shop.ask("GET", link).status for _ in range(4)] == [200, 200, 200, 429]


def test_without_the_extra_the_answer_says_what_to_install(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where segno is missing the address is not found, and the reason is the command."""
    monkeypatch.setitem(sys.modules, "segno", None)
    _draw.cache_clear()
    response = shop.ask("GET", f"/qr/{shop.token(n='qr')}.svg")
    assert response.status == 404
    assert 'pip install "sharekit-web[qr]"' in shop.reason(response)["reason"]
