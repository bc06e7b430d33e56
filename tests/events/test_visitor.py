"""Pseudonyms of the day."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sharekit.events.visitor import SALT_FILE, Visitor, Visitors

DAY = 86_400
NOON = 20_000 * DAY + DAY // 2
WHO = ("203.0.113.9", "Mozilla/5.0 Firefox/140.0", "shop.example")


class Clock:
    """A clock that the test sets."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Noon of some day."""
    return Clock()


def days_in(folder: Path) -> set[int]:
    """The days whose salts are kept."""
    return {int(day) for day in json.loads((folder / SALT_FILE).read_text())}


def test_the_same_person_is_recognised_that_day(tmp_path: Path, clock: Clock) -> None:
    """Address, agent and host make the pseudonym; each of them matters."""
    visitors = Visitors(tmp_path, clock=clock)
    first = visitors.identify(*WHO)
    clock.now += 3_600
    assert visitors.identify(*WHO) == first
    others = {visitors.identify(*WHO[:place], "other", *WHO[place + 1 :]).id for place in range(3)}
    assert len(others | {first.id}) == 4


def test_a_pseudonym_has_its_form_and_holds_nothing_of_the_person(tmp_path: Path) -> None:
    """16 URL-safe characters; the file beside it has neither address nor agent."""
    visitor = Visitors(tmp_path).identify(*WHO)
    assert len(visitor.id) == 16
    assert visitor.previous == ""
    kept = (tmp_path / SALT_FILE).read_text()
    assert not any(part in kept for part in (*WHO, visitor.id))


def test_parts_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Text moved from one part to the next gives another person."""
    visitors = Visitors(tmp_path)
    assert visitors.identify("1", "23", "h").id != visitors.identify("12", "3", "h").id


def test_next_day_is_another_pseudonym_with_a_bridge(tmp_path: Path, clock: Clock) -> None:
    """After midnight UTC the pseudonym is new, and ``previous`` is yesterday's; the day after both are gone."""
    visitors = Visitors(tmp_path, clock=clock)
    first = visitors.identify(*WHO)
    clock.now += DAY
    second = visitors.identify(*WHO)
    assert second.id != first.id
    assert second.previous == first.id
    clock.now += DAY
    third = visitors.identify(*WHO)
    assert third.previous == second.id
    assert len({first.id, second.id, third.id}) == 3


def test_old_salts_are_destroyed(tmp_path: Path, clock: Clock) -> None:
    """Only today's and yesterday's salts are in the file."""
    visitors = Visitors(tmp_path, clock=clock)
    for _ in range(4):
        visitors.identify(*WHO)
        clock.now += DAY
    assert days_in(tmp_path) == {20_002, 20_003}


def test_prune_destroys_old_salts_without_visitors(tmp_path: Path, clock: Clock) -> None:
    """A shop nobody visits any more keeps no salt either; where there was none, none is made."""
    Visitors(tmp_path, clock=clock).prune()
    assert not (tmp_path / SALT_FILE).exists()
    Visitors(tmp_path, clock=clock).identify(*WHO)
    clock.now += 5 * DAY
    Visitors(tmp_path, clock=clock).prune()
    assert days_in(tmp_path) == {20_005}


def test_salts_are_random(tmp_path: Path, clock: Clock) -> None:
    """Two shops, or the same shop with its file gone, give one person different pseudonyms."""
    one = Visitors(tmp_path / "a", clock=clock).identify(*WHO)
    two = Visitors(tmp_path / "b", clock=clock).identify(*WHO)
    assert one.id != two.id


def test_processes_share_the_salts(tmp_path: Path, clock: Clock) -> None:
    """Another process, or the same after a restart, gives the same pseudonym."""
    assert Visitors(tmp_path, clock=clock).identify(*WHO) == Visitors(tmp_path, clock=clock).identify(*WHO)


PRINT_VISITOR = """
import sys
from pathlib import Path
from sharekit.events.visitor import Visitors
print(Visitors(Path(sys.argv[1]), clock=lambda: float(sys.argv[2])).identify(*sys.argv[3:]).id)
"""


def test_workers_that_start_together_agree(tmp_path: Path) -> None:
    """Processes that make the day's salt at the same moment end up with one."""
    command = [sys.executable, "-c", PRINT_VISITOR, str(tmp_path), str(NOON), *WHO]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ids = {worker.communicate(timeout=60)[0].strip() for worker in workers}
    assert ids == {Visitors(tmp_path, clock=Clock()).identify(*WHO).id}


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can read the salts."""
    Visitors(tmp_path).identify(*WHO)
    assert stat.S_IMODE((tmp_path / SALT_FILE).stat().st_mode) == 0o600


def test_a_clock_set_back_over_midnight_keeps_the_days_apart(tmp_path: Path, clock: Clock) -> None:
    """When the clock goes back a day, that day's pseudonyms are the ones it had, and so are the next day's after it."""
    visitors = Visitors(tmp_path, clock=clock)
    before = visitors.identify(*WHO)
    clock.now += DAY
    after = visitors.identify(*WHO)
    clock.now -= DAY
    assert visitors.identify(*WHO).id == before.id
    clock.now += DAY
    assert visitors.identify(*WHO) == after


def test_a_clock_that_ran_years_ahead_leaves_no_salt_for_years(tmp_path: Path, clock: Clock) -> None:
    """Salts of a far future are destroyed as soon as the clock is right again."""
    clock.now += 400 * DAY
    visitors = Visitors(tmp_path, clock=clock)
    visitors.identify(*WHO)
    clock.now = NOON
    visitors.identify(*WHO)
    assert days_in(tmp_path) == {20_000}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x":"y"}', '{"20000":"00"}', '{"20000":5}', "null"])
def test_a_damaged_file_is_replaced(tmp_path: Path, clock: Clock, content: str) -> None:
    """A file that cannot be read costs the day's recognition, not the event."""
    (tmp_path / SALT_FILE).write_text(content)
    assert len(Visitors(tmp_path, clock=clock).identify(*WHO).id) == 16
    assert days_in(tmp_path) == {20_000}


def test_without_a_place_to_write_one_process_still_counts(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the file cannot be kept, pseudonyms hold within the process, with one warning; later it is tried again."""
    blocked = tmp_path / "data"
    blocked.write_text("a file where the directory should be")
    visitors = Visitors(blocked, clock=clock)
    with caplog.at_level(logging.WARNING):
        first = visitors.identify(*WHO)
        clock.now += 61
        assert visitors.identify(*WHO) == first
    assert len([record for record in caplog.records if record.name != "sharekit.delivery"]) == 1
    blocked.unlink()
    clock.now += 61
    visitors.identify(*WHO)
    assert days_in(blocked) == {20_000}


def test_hostile_parts_are_taken_as_they_are(tmp_path: Path) -> None:
    """Half characters and megabytes in a header neither raise nor fill the memory."""
    visitors = Visitors(tmp_path)
    assert visitors.identify("", "\ud800", "\x00") != Visitor()
    for number in range(6_000):
        visitors.identify("203.0.113.9", f"{number}" + "x" * 10_000, "shop.example")
    assert len(visitors._today.cached) <= 4_096
    assert all(len(part) <= 512 for who in visitors._today.cached for part in who)
