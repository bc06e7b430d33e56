"""Stores by their URL: which there are, where their files lie, and what a wrong one says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sharekit.exceptions import ConfigError, MissingExtraError, UnknownNameError
from sharekit.reviews.sqlite import SQLiteReviewStore
from sharekit.reviews.stores import STORES, open_review_store


def test_files(tmp_path):
    """A relative file lies in the data directory, an absolute one where it says, percent-decoded."""
    assert open_review_store("sqlite:reviews.db", tmp_path).path == tmp_path / "reviews.db"
    assert open_review_store("sqlite:a/b%20c.db", tmp_path).path == tmp_path / "a" / "b c.db"
    assert str(open_review_store("sqlite:///srv/reviews.db", tmp_path).path) == "/srv/reviews.db"
    assert list(tmp_path.iterdir()) == []


def test_an_object_is_taken_as_it_is(tmp_path):
    """A store that the shop made is given back."""
    store = SQLiteReviewStore(tmp_path / "mine.db")
    assert open_review_store(store, tmp_path) is store


@pytest.mark.parametrize(
    "url",
    [
        "",
        "reviews.db",
        "sqlite:",
        "sqlite://host/x.db",
        "sqlite:x.db?a=1",
        "sqlite:%00",
        "//[",
        "postgres://h/d?schema=",
    ],
)
def test_what_cannot_be_used_is_said(url, tmp_path):
    """The error names the setting and shows one that works."""
    with pytest.raises(ConfigError, match="reviews: "):
        open_review_store(url, tmp_path)


def test_other_things_are_refused(tmp_path):
    """Neither a path nor nothing is a URL."""
    for wrong in (None, tmp_path, 5):
        with pytest.raises(ConfigError, match="reviews: pass a URL"):
            open_review_store(wrong, tmp_path)


def test_unknown_schemes_get_a_suggestion(tmp_path):
    """The names that there are stand in the error."""
    with pytest.raises(UnknownNameError, match="'sqlite'"):
        open_review_store("sqlit:reviews.db", tmp_path)


def test_options_of_a_server(tmp_path):
    """The schema is the store's own option; all others go to libpq as they were meant."""
    store = open_review_store(
        "postgres://a%40b:p%2Fw@host:5/shop?options=-c%20x%3D1&schema=a%20b&sslmode=require", tmp_path
    )
    assert store._schema == "a b"
    assert store._conninfo == "postgresql://a%40b:p%2Fw@host:5/shop?options=-c%20x%3D1&sslmode=require"


def test_a_missing_driver_names_its_extra(tmp_path, monkeypatch):
    """Without psycopg the error is the command that installs it."""
    monkeypatch.delitem(sys.modules, "sharekit.reviews.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"sharekit-web\[postgres\]"):
        open_review_store("postgres://localhost/shop", tmp_path)


@pytest.mark.parametrize("name", STORES.names())
def test_every_store_is_in_its_page(name):
    """A store is chosen by its URL scheme, which must be findable."""
    page = Path(__file__).parents[2] / "docs" / "review-store.md"
    assert f"`{name}:" in page.read_text()


def test_a_store_loads_no_driver_but_its_own():
    """The default store imports neither psycopg nor requests nor a framework."""
    code = (
        "import sys, pathlib; from sharekit.reviews.stores import open_review_store as o; "
        "o('sqlite:x.db', pathlib.Path('/nowhere')); "
        "print([m for m in ('psycopg', 'requests', 'flask', 'pytest', 'hypothesis') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
