"""What the stores on servers make of a question before their engine sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sharekit.reports
from sharekit.exceptions import StoreError
from sharekit.sinks.store import ServerStore, marked


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("day >= :first_day AND name = :name", "day >= <first_day> AND name = <name>"),
        ("SELECT ':by', ':it''s :by' || :by", "SELECT ':by', ':it''s :by' || <by>"),
        ("SELECT a::text, :a::text", "SELECT a::text, <a>::text"),
        ("-- it's :by\nSELECT :by -- :by", "-- it's :by\nSELECT <by> -- :by"),
        ("SELECT '''' , :by, ''", "SELECT '''' , <by>, ''"),
        ("SELECT 12:30", "SELECT 12:30"),
    ],
)
def test_marks_stand_in_place_of_names_only(sql: str, expected: str) -> None:
    """Texts, comments and casts have colons, too."""
    assert marked(sql, lambda name: f"<{name}>") == expected


def test_every_file_of_the_reports_is_left_as_it_is_but_for_its_marks() -> None:
    """Marked with what stood there before, a statement is the same text."""
    for path in (Path(sharekit.reports.__file__).parent / "sql").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert marked(text, lambda name: f":{name}") == text


class Canned(ServerStore):
    """A store whose engine says what it was given to say."""

    def __init__(self, answer: Any) -> None:
        super().__init__("canned://shop")
        self.answer = answer

    def _ask(self, sql: str, parameters: Mapping[str, str | int]) -> Iterable[Sequence[Any]] | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        answer: Iterable[Sequence[Any]] | None = self.answer
        return answer


def test_sums_are_whole_numbers_where_they_are_whole() -> None:
    """Some drivers give sums as decimals; a report of one's own need not know which."""
    (row,) = Canned([[Decimal(3), Decimal("2.5"), 4, "x", None, 1.0]]).query("SELECT")
    assert row == (3, 2.5, 4, "x", None, 1.0)
    assert [type(value) for value in row[:2]] == [int, float]


def test_an_error_of_a_driver_is_a_store_error() -> None:
    """With the store's name and the engine's reason; one of ours is passed on as it is."""
    with pytest.raises(StoreError, match="canned://shop cannot answer: gone"):
        Canned(OSError("gone")).query("SELECT")
    with pytest.raises(StoreError, match=r"^newer$"):
        Canned(StoreError("newer")).query("SELECT")


def test_without_tables_an_empty_store_answers() -> None:
    """The question runs all the same, so a wrong one is told before there is an event."""
    store = Canned(None)
    assert store.query("SELECT COUNT(*) FROM events WHERE day > :day", {"day": 5}) == [(0,)]
    assert (store.timezone(), list(store.events())) == (None, [])
    with pytest.raises(StoreError, match="colour"):
        store.query("SELECT colour FROM events")
