"""The page about sinks names our fields and a service's as the code does."""

from __future__ import annotations

import re
from pathlib import Path

from sharekit.sinks import ga4, meta

PAGE = (Path(__file__).parents[3] / "docs" / "sinks.md").read_text()


def table(section: str) -> dict[str, str]:
    """The rows of the first table of fields in a section."""
    text = PAGE.split(f"\n## {section} (")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", text[text.index("| our field") :], re.MULTILINE)
    return dict(rows[2:])


def test_googles_parameters_are_in_the_page() -> None:
    """Each of our fields with its parameter."""
    rows = table("Google Analytics 4")
    for ours, theirs in ga4._PARAMS.items():
        assert rows[f"`{ours}`"] == f"`{theirs}`"


def test_what_meta_may_get_of_a_buyer_is_in_the_page() -> None:
    """Which keys leave as a hash, and which as they are."""
    text = PAGE.split("\n## Meta (")[1].split("\n## ")[0]
    before, after = text.split("leave as SHA-256 only")
    assert all(f"`{key}`" in before for key in meta.HASHED)
    assert all(f"`{key}`" in after for key in meta.PLAIN)
