"""Token buckets."""

from __future__ import annotations

import threading

import pytest

from sharekit.web.limits import Buckets, RateLimit


class Clock:
    """A clock that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def test_a_bucket_empties_and_fills_again(clock: Clock) -> None:
    """A burst passes, then as much as time brings back, and never more than a full bucket."""
    buckets = Buckets(10, 2, clock)
    assert [buckets.take("a", 1) for _ in range(10)] == [0.0] * 10
    assert buckets.take("a", 1) == pytest.approx(0.5)
    clock.now += 0.5
    assert buckets.take("a", 1) == 0
    assert buckets.take("a", 1) > 0
    clock.now += 1_000
    assert buckets.take("a", 10) == 0
    assert buckets.take("a", 1) > 0


def test_a_refusal_costs_nothing(clock: Clock) -> None:
    """Asking again and again does not push the end further away."""
    buckets = Buckets(1, 1, clock)
    buckets.take("a", 1)
    assert [buckets.take("a", 1) for _ in range(5)] == [pytest.approx(1.0)] * 5


def test_memory_is_bounded(clock: Clock) -> None:
    """A flood of keys pushes out the ones used longest ago, never grows."""
    buckets = Buckets(2, 1, clock, most=100)
    for number in range(1_000):
        buckets.take("regular", 0)
        buckets.take(number, 1)
    assert len(buckets) == 100
    buckets.take("regular", 2)
    assert buckets.take("regular", 1) > 0


def test_threads_share_a_bucket_exactly(clock: Clock) -> None:
    """Many threads at once take no more than there is."""
    buckets = Buckets(500, 0.001, clock)
    passed: list[bool] = []
    threads = [
        threading.Thread(target=lambda: passed.extend(buckets.take("a", 1) == 0 for _ in range(200))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 500


def test_a_large_post_never_costs_more_than_a_full_bucket(clock: Clock) -> None:
    """Whoever posts more at once than the limit allows has to wait for a full bucket, not for ever."""
    limit = RateLimit("5/minute", clock=clock)
    assert limit.take("203.0.113.9", "agent") == 0
    assert limit.take("203.0.113.9", "agent", 99, taken=1) == 0
    assert limit.take("203.0.113.9", "agent") == pytest.approx(12.0)


def test_no_limit_never_waits() -> None:
    """``None`` switches the limit off."""
    limit = RateLimit(None)
    assert all(limit.take("203.0.113.9", "agent", 1_000) == 0 for _ in range(100))
