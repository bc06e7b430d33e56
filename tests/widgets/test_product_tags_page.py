"""The page on product tags is held to the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from sharekit.products import CTA_KINDS, CTA_WORDS
from sharekit.rendering.environment import TEMPLATES
from sharekit.widgets.gallery import gallery
from sharekit.widgets.tags import product_tags, views
from sharekit.widgets.tags.plan import LAYOUTS, LISTS, MARKERS
from sharekit.widgets.tags.words import Words
from sharekit.widgets.video import video

PAGE = (Path(__file__).parents[2] / "docs" / "product-tags.md").read_text()
OURS = [*sorted((TEMPLATES / "sharekit").glob("look*.html.jinja")), TEMPLATES / "sharekit" / "gallery.html.jinja"]
VIEWS = [one for one in vars(views).values() if isinstance(one, type) and hasattr(one, "_fields") and one._fields]


@pytest.mark.parametrize("call", [product_tags, gallery, video], ids=lambda call: call.__name__)
def test_every_option_has_a_row(call: object) -> None:
    """With its name at the front."""
    for option in inspect.signature(call).parameters.values():  # type: ignore[arg-type]
        if option.kind is inspect.Parameter.KEYWORD_ONLY:
            assert re.search(rf"^\| `{option.name}` \|", PAGE, re.MULTILINE), option.name


@pytest.mark.parametrize("word", [*MARKERS, *LISTS, *LAYOUTS, *CTA_KINDS, *CTA_WORDS])
def test_every_value_is_named(word: str) -> None:
    """By the word that is passed."""
    assert re.search(rf"`\"?{word}\"?`", PAGE)


@pytest.mark.parametrize("template", OURS, ids=lambda path: path.name)
def test_every_template_and_class_is_there(template: Path) -> None:
    """Class names are a promise, so they are written down."""
    assert f"`{template.name}`" in PAGE
    for name in re.findall(r"(?<!data-)\bsk-[a-z_-]+[a-z]\b", template.read_text()):
        if name not in {"sk-theme", "sk-hidden", "sk-needs-script"}:
            assert f"`{name}" in PAGE, name


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_value_of_a_template_is_there(view: type) -> None:
    """Who writes a template of their own needs them all."""
    for name in view._fields:  # type: ignore[attr-defined]
        assert f"`{name}`" in PAGE.partition("## Changing the markup")[2], name


def test_the_words_that_are_named_exist() -> None:
    """A template that uses them is not left in the dark."""
    named = set(re.findall(r"`words\.(\w+)`", PAGE))
    assert named <= set(Words.__dataclass_fields__)
    used = {name for path in OURS for name in re.findall(r"\bwords\.(\w+)", path.read_text())}
    assert used <= named
