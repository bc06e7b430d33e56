"""The page that asks for the fediverse server, as HTML; the handler around it is tested with the web part."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sharekit.rendering.environment import make_environment
from sharekit.rendering.translations import LANGUAGES, direction, translations


class Tags(HTMLParser):
    """Tag and attributes of every element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page(locale: str = "en", folders: tuple[Path, ...] = (), **values: Any) -> str:
    """The page with values of a test's own."""
    words = translations(locale)
    defaults: dict[str, Any] = {
        "_": words.gettext,
        "language": words.language,
        "direction": direction(words.language),
        "theme": "quiet",
        "mount": "/sharekit",
        "assets": "",
        "style": "/sharekit/static/page.css",
        "action": "/sharekit/fediverse/token",
        "preview": "Stoneware mug https://shop.example/p/mug-1",
        "instances": ("mastodon.social", "mas.to"),
        "instance": "",
        "error": False,
    }
    return make_environment(folders).get_template("sharekit/fediverse.html.jinja").render(**defaults | values)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_form_works_without_script_in_every_language(locale: str) -> None:
    """A labelled field with suggestions that posts to the handler; nothing inline."""
    tags = Tags(page(locale)).found
    html = dict(tags)["html"]
    assert (html["lang"], html["dir"]) == (locale, "rtl" if locale == "ar" else "ltr")
    form = dict(tags)["form"]
    assert (form["method"], form["action"]) == ("post", "/sharekit/fediverse/token")
    field = dict(tags)["input"]
    assert field["name"] == "instance"
    assert dict(tags)["label"]["for"] == field["id"]
    assert dict(tags)["datalist"]["id"] == field["list"]
    assert [attrs["value"] for tag, attrs in tags if tag == "option"] == ["mastodon.social", "mas.to"]
    assert not any(tag in {"style", "script"} or "style" in attrs for tag, attrs in tags)


def test_a_mistake_is_named_and_kept_for_correction() -> None:
    """The message belongs to the field (WCAG 2.2, 3.3.1), and what was typed is still there, as text."""
    html = page(instance='<b>"x', error=True)
    field = dict(Tags(html).found)["input"]
    assert field["value"] == '<b>"x'
    assert field["aria-invalid"] == "true"
    assert "sk-instance-error" in field["aria-describedby"].split()
    assert 'id="sk-instance-error"' in html
    assert "<b>" not in html
    assert "sk-instance-error" not in page()


def test_the_preview_is_text() -> None:
    """It is the shop's own words, shown, never read as markup."""
    assert "&lt;script&gt;" in page(preview="<script>{{ 7 * 7 }}")
    assert "{{ 7 * 7 }}" in page(preview="<script>{{ 7 * 7 }}")


def test_a_shop_can_put_its_frame_around_it(tmp_path: Path) -> None:
    """By extending the original and filling its blocks."""
    folder = tmp_path / "sharekit"
    folder.mkdir()
    (folder / "fediverse.html.jinja").write_text(
        '{% extends "original/fediverse.html.jinja" %}{% block header %}<header>My shop</header>{% endblock %}'
    )
    html = page(folders=(tmp_path,))
    assert html.index("<header>My shop</header>") < html.index("<form")
