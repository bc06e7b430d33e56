"""The SQL files keep to what SQLite, PostgreSQL, MySQL and ClickHouse have in common, and use the store's indexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import sharekit.reports
from sharekit.events.model import Event
from sharekit.sinks.sqlite import SqliteStore

FILES = sorted((Path(sharekit.reports.__file__).parent / "sql").glob("*.sql"))
FUNCTIONS = {"COUNT", "SUM", "MIN", "MAX", "COALESCE", "ROW_NUMBER", "FIRST_VALUE"}
PARAMETERS = {"by", "first_day", "look_back", "product_id", "submitted", "published"}
files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def without_comments(path: Path) -> str:
    """The statement alone."""
    return re.sub(r"--.*", "", path.read_text(encoding="utf-8"))


@files
def test_only_shared_functions_are_called(path: Path) -> None:
    """A word before a parenthesis is a keyword, or one of few functions that all engines have."""
    called = set(re.findall(r"\b([A-Za-z_]+)\s*\(", without_comments(path)))
    keywords = {"IN", "AS", "OVER", "FROM", "AND", "OR", "WHERE"}
    assert called <= FUNCTIONS | keywords


@files
def test_parameters_are_named_and_known(path: Path) -> None:
    """A store may put its own mark in place of every colon: nothing else has one, comments neither."""
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r":(\w+)", text)) <= PARAMETERS
    assert text.count(":") == len(re.findall(r"(?<![\w:]):[a-z_]+\b", text))


@files
def test_no_dialect_slips_in(path: Path) -> None:
    """Quoted names, joined texts, division, limits and casts differ between engines."""
    statement = without_comments(path)
    assert not re.search(r"[\"`?%$;\[\]]|\|\||/|\b(LIMIT|CAST|NULLS|USING|RECURSIVE|FILTER|ILIKE|GLOB)\b", statement)
    assert path.read_text(encoding="utf-8").isascii()


@files
def test_a_column_that_comes_from_a_join_has_a_name_of_its_own(path: Path) -> None:
    """ClickHouse calls it by its table otherwise, and does not find it a level above."""
    for line in without_comments(path).splitlines():
        if re.fullmatch(r"\s+\w+\.\w+,?", line):
            pytest.fail(f"{path.name}: {line.strip()} needs AS")


@files
def test_no_question_reads_the_whole_table(path: Path, make_sqlite_store: Callable[..., SqliteStore]) -> None:
    """Each one finds its events by an index of the default store, and meets nothing by comparing all with all."""
    store = make_sqlite_store([Event(name="click")], ZoneInfo("UTC"))
    parameters: dict[str, str | int] = {"by": "network", "first_day": 20261121, "look_back": 1, "product_id": "mug"}
    parameters |= {"submitted": "%", "published": "%"}
    wanted = {name: parameters[name] for name in re.findall(r":(\w+)", path.read_text(encoding="utf-8"))}
    steps: Iterable[str] = [str(row[3]) for row in store.query(f"EXPLAIN QUERY PLAN {path.read_text()}", wanted)]
    assert not [step for step in steps if re.match(r"SCAN (events|event_counts|visit)\b", step)]
    assert not [step for step in steps if "LEFT-JOIN" in step]


def test_there_are_files_to_test() -> None:
    """An empty folder would pass everything above."""
    assert [path.stem for path in FILES] == [
        "counts", "purchases", "review_purchases", "reviews", "share_counts", "tags", "visits",
    ]  # fmt: skip
