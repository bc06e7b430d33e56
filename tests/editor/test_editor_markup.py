"""The editor as HTML: what a host passes arrives, and nothing that could hurt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Picture, Product, ProductTag, ShareKit
from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta

MUG = Product(id="mug", title="Stoneware mug", url="/p/mug", price="19.90", currency="EUR", sku="M-1")
BOWL = Product(id="bowl", title="Bowl", url="/p/bowl")


def data_of(html: str) -> dict[str, Any]:
    """What the script works on."""
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_it_brings_style_and_script_and_posts_to_the_host(kit: ShareKit) -> None:
    """With the hidden fields, the nonce and the mount of the host."""
    html = str(
        kit.tag_editor(
            Picture("/a.jpg", 600, 400, "A"),
            save_url="/admin/save?x=1&y=2",
            csrf={"csrf_token": 'a"b'},
            nonce="n",
            mount="/shop/sharekit",
            heading_level=4,
        )
    )
    assert re.search(r'<link rel="stylesheet" href="/shop/sharekit/static/editor\.\w{10}\.css" nonce="n">', html)
    assert re.search(r'<script src="/shop/sharekit/static/editor\.\w{10}\.js" nonce="n" defer></script>', html)
    assert 'action="/admin/save?x=1&amp;y=2"' in html
    assert '<input type="hidden" name="csrf_token" value="a&#34;b">' in html
    assert "<h4" in html
    assert "<h2" not in html
    assert "style=" not in html


def test_products_of_the_host_are_named_and_others_go_along(kit: ShareKit) -> None:
    """What the host passes it knows again by id; what stands only in the picture is posted back in full."""
    cta = Cta("link", alternative=Product(id="cup", title="Cup", url="/p/cup"))
    picture = Picture("/a.jpg", 600, 400, "A", tags=[ProductTag([MUG, BOWL], 0.1, 0.2, cta=cta)])
    data = data_of(kit.tag_editor(picture, products=[MUG], save_url="/save", locale="de"))
    assert data["order"] == ["mug", "bowl", "cup"]
    assert "data" not in data["products"]["mug"]
    assert data["products"]["mug"]["note"].endswith("M-1")
    assert data["products"]["bowl"]["data"] == {"id": "bowl", "title": "Bowl", "url": "/p/bowl"}
    assert data["products"]["cup"]["data"]["url"] == "/p/cup"
    assert data["words"]["saved"] == "Gespeichert."


def test_products_are_typed_in_where_there_are_none_to_choose(kit: ShareKit) -> None:
    """Neither a list nor an address to search at."""
    picture = Picture("/a.jpg")
    assert 'data-sk-field="newId"' in kit.tag_editor(picture, save_url="/save")
    assert 'data-sk-field="newId"' not in kit.tag_editor(picture, save_url="/save", products=[MUG])
    assert 'data-sk-field="newId"' not in kit.tag_editor(picture, save_url="/save", search_url="/find")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"save_url": "javascript:alert(1)"}, "save_url"),
        ({"save_url": ""}, "save_url"),
        ({"save_url": "/save", "search_url": "data:,x"}, "search_url"),
        ({"save_url": "/save", "heading_level": 7}, "heading_level"),
        ({"save_url": "/save", "heading_level": True}, "heading_level"),
    ],
)
def test_what_cannot_work_is_named(kit: ShareKit, options: dict[str, Any], field: str) -> None:
    """Before it stands on a page."""
    with pytest.raises(InvalidValueError) as caught:
        kit.tag_editor(Picture("/a.jpg"), **options)
    assert caught.value.field == field


def test_text_stays_text(kit: ShareKit) -> None:
    """In titles, labels and the alternative text."""
    bad = "</script><script>alert(1)</script><!--<script>\u2028"
    product = Product(id=bad, title=bad, url="/p/bad")
    picture = Picture("/a.jpg", 600, 400, bad, tags=[ProductTag(product, 0.1, 0.2, label="<b>")])
    html = str(kit.tag_editor(picture, products=[product], save_url="/save"))
    assert html.count("<script") == 2
    assert html.count("</script>") == 2
    assert data_of(html)["products"][bad]["title"] == bad


def test_the_hosts_template_wins(make_kit: Callable[..., ShareKit], tmp_path: Any) -> None:
    """As for every widget."""
    folder = tmp_path / "templates" / "sharekit"
    folder.mkdir(parents=True)
    (folder / "editor.html.jinja").write_text('{% include "original/editor.html.jinja" %}<p>Ask Ana.</p>')
    kit = make_kit(template_dirs=[tmp_path / "templates"])
    assert kit.tag_editor(Picture("/a.jpg"), save_url="/save").endswith("<p>Ask Ana.</p>")
