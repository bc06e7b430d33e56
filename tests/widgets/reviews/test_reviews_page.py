"""The page on reviews is held to the code."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from sharekit.rendering.environment import TEMPLATES
from sharekit.widgets import reviews
from sharekit.widgets.reviews.items import Shown
from sharekit.widgets.reviews.reading import OWN

PAGE = (Path(__file__).parents[3] / "docs" / "reviews.md").read_text()
ROWS = "\n".join("|".join(line.split("|")[1:2]) for line in PAGE.splitlines() if line.startswith("|"))
WIDGETS = (
    "rating",
    "ratings",
    "reviews",
    "review_form",
    "questions",
    "review_carousel",
    "testimonials",
    "review_policy",
)
NAMES = (
    "rating", "review", "reviews", "review-form", "review-selection", "review-policy", "questions",
)  # fmt: skip
MARKUP = "".join((TEMPLATES / "sharekit" / f"{name}.html.jinja").read_text() for name in NAMES)


def options() -> list[str]:
    """Keywords of the calls that a template author makes."""
    found = [item for name in WIDGETS for item in inspect.signature(getattr(reviews, name)).parameters.values()]
    return sorted({item.name for item in found if item.kind is inspect.Parameter.KEYWORD_ONLY})


@pytest.mark.parametrize("name", WIDGETS)
def test_every_widget_is_in_the_table(name: str) -> None:
    """As it is written in a template, and in code."""
    assert re.search(rf"^\| `{{[{{%].*\b{name}\(.*` \| `kit\.{name}\(", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", options())
def test_every_option_has_a_row(name: str) -> None:
    """In the table of options."""
    assert f"`{name}`" in ROWS


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_parameter_of_an_address_has_a_row(name: str) -> None:
    """A shop's own links may use them."""
    assert f"`{name}`" in ROWS


@pytest.mark.parametrize("name", [item.name for item in fields(Shown)])
def test_every_value_of_a_review_has_a_row(name: str) -> None:
    """Who writes a template of their own needs them all."""
    assert f"`{name}`" in ROWS


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_named(name: str) -> None:
    """By its file."""
    assert f"`{name}.html.jinja`" in PAGE


def test_every_class_of_the_markup_has_a_row() -> None:
    """Class names are a promise, so they are written down; and none that is gone."""
    used = set(re.findall(r"\bsk-[a-z_-]+", " ".join(re.findall(r'class="([^"]+)"', MARKUP))))
    used = {name.rstrip("-") for name in used} - {"sk-theme", "sk-hidden"}
    told = set(re.findall(r"`(sk-[a-z_-]+[a-z])", ROWS)) - (OWN - {"sk-report"}) - {"sk-questions-after"}
    assert used - told == set()
    assert told - used - {"sk-stars", "sk-button--main"} == set()
