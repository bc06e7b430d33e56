"""The sums behind order, ranking and trend, against the table they were chosen by."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.reviews.maths import MIN_REVIEWS, rank, shrunk_mean, trend, wilson_lower
from sharekit.reviews.summary import Summary


def of(name, n1=0, n2=0, n3=0, n4=0, n5=0):
    """A product's counters."""
    return Summary(product_id=name, n1=n1, n2=n2, n3=n3, n4=n4, n5=n5)


A, B, C, D = of("A", n5=1), of("B", n5=3), of("C", n1=1, n5=9), of("D", n4=20, n5=180)
E, F, G, H = of("E", n1=40, n4=60, n5=900), of("F", n1=50, n5=50), of("G", n3=100), of("H")
TABLE = [A, B, C, D, E, F, G, H]
"""The eight products of the research table, with a shop's mean of 4.545."""
counts = st.lists(st.integers(0, 10_000), min_size=5, max_size=5)


@pytest.mark.parametrize(
    ("product", "mean", "wilson"),
    [
        (A, 4.586, 0.207), (B, 4.650, 0.439), (C, 4.572, 0.596), (D, 4.883, 0.981),
        (E, 4.778, 0.946), (F, 3.140, 0.404), (G, 3.140, 0.000), (H, 4.545, 0.000),
    ],
    ids=lambda value: getattr(value, "product_id", None),
)  # fmt: skip
def test_the_table(product, mean, wilson):
    """Shrunk mean and Wilson's bound (of four and five stars) are those that were worked out by hand."""
    shop = sum(one.stars for one in TABLE) / sum(one.count for one in TABLE)
    assert round(shrunk_mean(product.stars, product.count, prior_mean=shop), 3) == mean
    assert round(wilson_lower(product.n4 + product.n5, product.count), 3) == wilson


def test_rank_of_the_table():
    """Few reviews do not win, and of two products alike the one named first stays first."""
    assert "".join(one.product_id for one in rank(TABLE)) == "DEBACHFG"
    assert "".join(one.product_id for one in rank([G, F])) == "GF"
    assert rank([]) == []
    assert rank([H, of("I")]) == [H, of("I")]
    assert [one.product_id for one in rank([H, F], prior_mean=2.0)] == ["F", "H"]


def test_examples_of_the_source():
    """Miller's examples: 600 of 1,000 come before 5,500 of 10,000, and 100 of 101 before 2 of 2."""
    assert wilson_lower(600, 1_000) > wilson_lower(5_500, 10_000)
    assert wilson_lower(100, 101) > wilson_lower(2, 2)
    assert wilson_lower(0, 0) == 0


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_wilson_is_a_lower_bound(up, down):
    """It lies between 0 and the share, rises with every vote for, and falls with every vote against."""
    bound = wilson_lower(up, up + down)
    assert 0 <= bound <= (up / (up + down) if up + down else 0)
    assert wilson_lower(up + 1, up + down + 1) > bound
    assert wilson_lower(up, up + down + 1) <= bound


@given(counts, st.floats(1, 5))
def test_shrinking_lies_between_the_means(five, shop):
    """The shrunk mean lies between the product's and the shop's, and the more reviews, the nearer to the product's."""
    one = of("x", *five)
    shrunk = shrunk_mean(one.stars, one.count, prior_mean=shop)
    if not one.count:
        assert shrunk == pytest.approx(shop)
        return
    mean = one.stars / one.count
    assert min(mean, shop) - 1e-9 <= shrunk <= max(mean, shop) + 1e-9
    twice = shrunk_mean(2 * one.stars, 2 * one.count, prior_mean=shop)
    assert abs(twice - mean) <= abs(shrunk - mean) + 1e-9


@given(st.lists(counts, max_size=12))
def test_ranking_keeps_every_product(several):
    """No product is lost, and one more review of five stars never lowers a product."""
    products = [of(str(number), *five) for number, five in enumerate(several)]
    ranked = rank(products, prior_mean=4.0)
    assert sorted(one.product_id for one in ranked) == sorted(one.product_id for one in products)
    if products:
        n1, n2, n3, n4, n5 = several[0]
        better = [of("0", n1, n2, n3, n4, n5 + 1), *products[1:]]
        place = [one.product_id for one in ranked].index("0")
        assert [one.product_id for one in rank(better, prior_mean=4.0)].index("0") <= place


TODAY = date(2026, 2, 10)


def compare(before, recent):
    """The trend of ratings of last summer and of this January."""
    return trend([("2025-07", of("x", *before)), ("2026-01", of("x", *recent))], today=TODAY)


def test_a_trend_says_what_the_numbers_can_show():
    """A clear change is named with its direction, a small one or one of few reviews is not."""
    better = compare((20, 20, 20, 20, 20), (0, 0, 0, 10, 40))
    assert better.verdict == "better"
    assert better.change == pytest.approx(1.8)
    assert 0 < better.margin < 0.5
    assert compare((0, 0, 0, 10, 40), (20, 20, 20, 20, 20)).verdict == "worse"
    assert compare((2, 2, 2, 40, 54), (1, 1, 2, 20, 26)).verdict == "same"
    few = compare((0, 0, 0, 0, 500), (4, 0, 0, 0, 0))
    assert (few.verdict, few.change) == ("too_few", None)
    assert trend([], today=TODAY).verdict == "too_few"


def test_equal_ratings_are_no_certainty():
    """Six times five stars after five times four may be chance; nothing but five stars is no change at all."""
    assert compare((0, 0, 0, 3, 3), (0, 0, 0, 1, 5)).verdict == "same"
    always = compare((0, 0, 0, 0, 9), (0, 0, 0, 0, 9))
    assert (always.change, always.margin, always.verdict) == (0, 0, "same")


def test_the_recent_months():
    """Recent are the month of today and the two before, also over the turn of a year; a month may be missing."""
    months = [(month, of("x", n5=5)) for month in ("2025-10", "2025-11", "2025-12", "2026-02")]
    found = trend(months, today=TODAY)
    assert (found.before.count, found.recent.count) == (10, 10)
    assert trend(months, today=TODAY, recent=1).recent.count == 5
    assert trend(months, today=date(2026, 3, 1)).recent.count == 5
    assert trend(months, today=date(2025, 12, 31)).recent.count == 20


@given(counts, counts)
def test_turning_time_round_turns_the_trend(before, recent):
    """What is better forwards is worse backwards, by as much."""
    one, other = compare(before, recent), compare(recent, before)
    assert {one.verdict, other.verdict} in ({"same"}, {"too_few"}, {"better", "worse"})
    if one.change is not None and other.change is not None:
        assert min(one.recent.count, one.before.count) >= MIN_REVIEWS
        assert one.change == pytest.approx(-other.change)
        assert one.margin == pytest.approx(other.margin)


def test_where_nothing_changed_a_change_is_rarely_called():
    """Of a thousand comparisons of ratings from one and the same source, about one in twenty is called a change."""
    dice = random.Random(5)

    def ratings(number):
        drawn = dice.choices(range(5), (4, 3, 8, 25, 60), k=number)
        return [drawn.count(star) for star in range(5)]

    called = sum(compare(ratings(150), ratings(30)).verdict != "same" for _ in range(1_000))
    assert 20 <= called <= 85
