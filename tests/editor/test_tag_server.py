"""The server behind ``sharekit-web tag``: it works for whoever has the address, and for nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sharekit import Picture
from sharekit.cli.tag_server import ServerError, make_tag_server
from sharekit.demo.catalog_files import load_catalog

if TYPE_CHECKING:
    from tests.editor.conftest import Editor

TOKEN = "t0ken-of-this-test"
OUTSIDE = [
    "http://evil.example",
    "null",
    "http://127.0.0.1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{other}",
    "",
]


def test_page_picture_and_assets_are_served_under_a_strict_policy(editor: Editor) -> None:
    """All of the page's own, nothing inline, nothing that may be framed or kept."""
    page = editor.get()
    assert page.status == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    html = page.body.decode()
    assert "style=" not in html
    for address in (part.split('"')[0] for part in html.split(f'"/{TOKEN}/')[1:]):
        if "static" in address:
            assert editor.get(address).status == 200
    picture = editor.get("picture")
    assert picture.headers["content-type"] == "image/png"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.body == editor.app.desk.path.read_bytes()


def test_saving_writes_a_file_that_from_dict_reads(editor: Editor, tagged: dict[str, Any]) -> None:
    """The answer and the terminal say where; the page shows the tags when it is opened again."""
    answer = editor.post(tagged)
    assert answer.status == 200
    assert answer.data["saved"] is True
    out = editor.app.desk.out
    assert answer.data["where"] == str(out)
    assert editor.said == [f"Saved 1 tag in {out}"]
    picture = Picture.from_dict(json.loads(out.read_text()))
    assert (picture.tags[0].x, picture.tags[0].y) == (0.375, 0.625)
    assert picture.tags[0].products[0].title == "Stoneware mug"
    assert "Stoneware mug" in editor.get().body.decode()


def test_a_check_writes_nothing(editor: Editor, tagged: dict[str, Any]) -> None:
    """While somebody edits, only problems are asked for."""
    answer = editor.post(tagged, name="check")
    assert answer.status == 200
    assert answer.data == {"saved": False, "problems": []}
    assert not editor.app.desk.out.exists()


def test_without_its_script_the_form_saves_and_comes_back(editor: Editor, tagged: dict[str, Any]) -> None:
    """A plain form post leads to the page again, or says what is wrong."""
    answer = editor.post(tagged, Accept="text/html")
    assert (answer.status, answer.headers["location"]) == (303, f"/{TOKEN}/")
    answer = editor.post("[]", Accept="text/html")
    assert answer.status == 422
    assert b"Not saved" in answer.body


@pytest.mark.parametrize("path", ["", "picture", "products?q=a", "static/editor.js", "save"])
@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "%00", "t%C3%B6ken"])
def test_a_wrong_token_opens_nothing(editor: Editor, token: str, path: str, tagged: dict[str, Any]) -> None:
    """Neither for reading nor for writing, and the answer does not tell what there is."""
    answers = [editor.ask("GET", f"/{token}/{path}"), editor.ask("POST", f"/{token}/{path}", json.dumps(tagged))]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].body == answers[1].body
    assert not editor.app.desk.out.exists()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}", ""]
)
def test_a_foreign_host_is_refused(editor: Editor, host: str, tagged: dict[str, Any]) -> None:
    """A page whose name was rebound to this computer sends its own name, also with the right token."""
    host = host.format(port=editor.app.port)
    assert editor.get(Host=host).status == 421
    assert editor.post(tagged, Host=host, Origin=f"http://{host}").status == 421
    assert not editor.app.desk.out.exists()


def test_localhost_is_this_computer_too(editor: Editor) -> None:
    """Some people prefer the name."""
    assert editor.get(Host=f"localhost:{editor.app.port}").status == 200


@pytest.mark.parametrize("origin", OUTSIDE)
def test_a_post_of_another_page_is_refused(editor: Editor, origin: str, tagged: dict[str, Any]) -> None:
    """The origin must be the page's own, to the port; a post without one is not from a browser's page."""
    origin = origin.format(port=editor.app.port, other=editor.app.port + 1)
    assert editor.post(tagged, Origin=origin).status == 403
    assert not editor.app.desk.out.exists()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_the_browser_calls_foreign_is_refused(editor: Editor, site: str, tagged: dict[str, Any]) -> None:
    """Fetch metadata cannot be set by a script (https://www.w3.org/TR/fetch-metadata/)."""
    assert editor.post(tagged, Sec_Fetch_Site=site).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "static/../../../../../../etc/passwd",
        "static/%2e%2e/%2e%2e/editor.py",
        "static/..%2f..%2fkit.py",
        "static//etc/passwd",
        "static/manifest.json",
        "thumb/../table.tags.json",
        "thumb/%2e%2e%2ftable.png",
        "picture/../table.tags.json",
        "table.png",
        "..",
        "%00",
    ],
)
def test_no_path_leads_out(editor: Editor, path: str) -> None:
    """Files are looked up among those that are served, never opened by name."""
    assert editor.get(path).status == 404


def test_pictures_of_the_catalogue_are_served_and_nothing_beside_them(
    tmp_path: Path, start_editor: Callable[..., Editor], picture_file: Path
) -> None:
    """The search shows small pictures that lie beside the catalogue's file; links out of its folder are refused."""
    (tmp_path / "secret.txt").write_text("secret")
    rows = [
        {
            "id": "m",
            "title": "Mug",
            "price": "19.90",
            "currency": "EUR",
            "image": picture_file.name,
            "url": "/shop/mug",
        },
        {"id": "s", "title": "Spy", "image": "../secret.txt"},
    ]
    (tmp_path / "catalog.json").write_text(json.dumps(rows))
    editor = start_editor(load_catalog(tmp_path / "catalog.json"))
    found = editor.get("products?q=MUG").data
    assert [(row["id"], row["title"]) for row in found] == [("m", "Mug")]
    thumb = editor.ask("GET", found[0]["image"])
    assert thumb.body == picture_file.read_bytes()
    assert editor.get("thumb/secret.txt").status == 404
    assert "image" not in editor.get("products?q=spy").data[0]
    assert editor.get("products?q=" + "a" * 5_000).data == []


def test_products_of_the_catalogue_are_written_with_their_own_address(
    tmp_path: Path, start_editor: Callable[..., Editor], tagged: dict[str, Any]
) -> None:
    """Posted by id, kept in full; the address is the shop's, not that of the demo's pages."""
    rows = [{"id": "m", "title": "Mug", "price": "19.90", "currency": "EUR", "url": "https://shop.example/mug"}]
    (tmp_path / "catalog.json").write_text(json.dumps(rows))
    editor = start_editor(load_catalog(tmp_path / "catalog.json"))
    tags = [{"product": "m", "x": 0.1, "y": 0.2}]
    assert editor.post(tagged | {"tags": tags, "products": []}).data["saved"] is True
    picture = Picture.from_dict(json.loads(editor.app.desk.out.read_text()))
    assert picture.products[0].url == "https://shop.example/mug"


def test_an_oversized_body_is_refused_unread(editor: Editor) -> None:
    """By its announced length, and by what comes."""
    origin = f"http://{editor.host}"
    assert editor.ask("POST", f"/{TOKEN}/save", "a=b", Origin=origin, Content_Length="99999999").status == 413
    answer = editor.ask("POST", f"/{TOKEN}/save", "a=b", Origin=origin, Content_Length="-1")
    assert answer.status == 400
    assert not editor.app.desk.out.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "{}",
        '{"src": "a.png", "width": NaN}',
        '{"src": "a.png", "width": 1e999}',
        '{"src": "javascript:alert(1)"}',
        '{"src": "a.png", "tags": {"0": 1}}',
        '{"src": "a.png", "tags": [[]]}',
        "[" * 20_000,
        '{"a":' * 3_000,
        '{"src": "\\ud800"}',
        '{"src": "a.png", "width": ' + "9" * 5_000 + "}",
    ],
)
def test_bad_json_gives_a_reason(editor: Editor, text: str) -> None:
    """422 with a sentence, never a fault of the server, and nothing is written."""
    answer = editor.post(text)
    assert answer.status == 422
    assert answer.data["saved"] is False
    assert len(answer.data["error"]["problem"]) > 10
    assert not editor.app.desk.out.exists()


def test_a_post_without_a_picture_gives_a_reason(editor: Editor) -> None:
    """The field has a name."""
    assert "missing" in editor.post("{}", name="other").data["error"]["problem"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(editor: Editor, method: str) -> None:
    """There is nothing they could mean."""
    assert editor.ask(method, f"/{TOKEN}/save", "").status == 405


def test_text_of_a_picture_stays_text_on_the_page(editor: Editor, tagged: dict[str, Any]) -> None:
    """Neither the data of the script nor the textarea ends early."""
    bad = "</script><script>alert(1)</script></textarea><img src=x onerror=alert(1)>&amp;<!--"
    tagged["alt"] = tagged["products"][0]["title"] = tagged["tags"][0]["label"] = bad
    assert editor.post(tagged).data["saved"] is True
    html = editor.get().body.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("</textarea>") == 1


def test_a_file_that_cannot_be_written_is_told(editor: Editor, tagged: dict[str, Any]) -> None:
    """The browser and the terminal hear the reason; what was there stays."""
    out = editor.app.desk.out
    out.mkdir()
    answer = editor.post(tagged)
    assert answer.status == 500
    assert "cannot be written" in answer.data["reason"]
    assert "cannot be written" in editor.said[0]
    assert sorted(entry.name for entry in out.parent.iterdir()) == ["table.png", "table.tags.json"]


def test_a_file_broken_meanwhile_is_told(editor: Editor) -> None:
    """The page does not begin anew over a file that somebody has to look at."""
    editor.app.desk.out.write_text("half a pic")
    answer = editor.get()
    assert answer.status == 409
    assert "table.tags.json" in answer.data["reason"]


def test_a_port_in_use_is_told(editor: Editor) -> None:
    """With what to do about it."""
    with pytest.raises(ServerError, match="in use"):
        make_tag_server(editor.app, editor.app.port)
