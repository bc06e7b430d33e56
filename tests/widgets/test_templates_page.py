"""The page for template authors is held to the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import TEMPLATES
from sharekit.rendering.translations import LANGUAGES
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons
from sharekit.widgets.share.options import LAYOUTS, THEMES
from sharekit.widgets.share.plan import Bar, Control

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text()
SHARE = (TEMPLATES / "sharekit" / "share.html.jinja").read_text()
ROWS = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("|"))


def options() -> list[str]:
    """Keywords of the calls that a template author makes."""
    found = [*inspect.signature(share_buttons).parameters.values(), *inspect.signature(Assets.tags).parameters.values()]
    return sorted({item.name for item in found if item.kind is inspect.Parameter.KEYWORD_ONLY})


@pytest.mark.parametrize("name", options())
def test_every_option_has_a_row(name: str) -> None:
    """In one of the tables of options."""
    assert f"`{name}`" in ROWS


@pytest.mark.parametrize("name", [*LAYOUTS, *THEMES])
def test_every_layout_and_theme_is_explained(name: str) -> None:
    """By the word that is passed."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", sorted({*Bar.__dataclass_fields__, *Control.__dataclass_fields__}))
def test_every_value_of_the_template_has_a_row(name: str) -> None:
    """Who writes a template of their own needs them all."""
    assert f"`{name}`" in ROWS


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"(?<!data-)\bsk-[a-z_-]+[a-z]\b", SHARE)) - {"sk-net", "sk-theme"})
)
def test_every_class_of_the_markup_has_a_row(name: str) -> None:
    """Class names are a promise, so they are written down."""
    assert f"`{name}" in ROWS


def test_there_are_eight_languages(context: WidgetContext) -> None:
    """As the page says."""
    assert len(LANGUAGES) == len(
        re.findall(
            r"English|German|French|Spanish|Italian|Dutch|Polish|Arabic", PAGE.split("## Languages")[1].split(":")[0]
        )
    )
