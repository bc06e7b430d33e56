"""The page about events says what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from sharekit.events.model import Event
from sharekit.events.names import EVENT_NAMES
from sharekit.pipeline import circuit, journal, lane, pipeline

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.split(f"## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None
    return [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in table.group().splitlines()[2:]]


def test_the_table_of_names_is_the_codes_own():
    """Every name, with its meaning, level and counterparts elsewhere, in the code's order."""
    expected = [
        [row.name, row.meaning, "yes" if row.browser else "no", row.durability, row.ga4, row.segment, row.meta]
        for row in EVENT_NAMES.values()
    ]
    assert [[cell.replace("–", "") for cell in row] for row in rows("The names")] == expected


def test_the_table_of_fields_is_the_events_own():
    """Every field of an event, and no other."""
    assert {row[0] for row in rows("The fields")} == {item.name for item in fields(Event)}


def test_the_numbers_of_the_page_are_the_codes_own():
    """Limits, waits and deadlines that the page tells are those in force."""
    assert f"{journal.MEMORY_LIMIT:,}" in PAGE
    assert f"{pipeline.MAX_EVENT // 1024} KiB" in PAGE
    assert f"gathers events for {lane.GATHER * 1000:.0f} ms" in PAGE
    assert lane.POLL == 1 / 5
    assert "fifth of a second" in PAGE
    assert (circuit.BACK_OFF_BASE, circuit.BACK_OFF_CAP) == (0.5, 60.0)
    assert "up to 0.5, 1, 2, … 60 seconds" in PAGE
    assert pipeline.EXIT_DEADLINE == 2.0
    assert "delivery has two seconds" in PAGE


def test_a_sink_of_ones_own_is_twenty_lines():
    """The example of the page, which runs with all others of the documentation, is as short as is said."""
    page = (Path(__file__).parents[2] / "docs" / "adding-a-sink.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    sink = next(block for block in blocks if "class TotalsSink" in block).split("class TotalsSink")[1]
    assert len([line for line in sink.splitlines() if line.strip()]) <= 20
