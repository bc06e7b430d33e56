"""The sums behind the order of reviews, the ranking of products and the trend of a rating."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

from sharekit.reviews.summary import Summary

PRIOR_COUNT = 10.0
"""Reviews of doubt when products are ranked."""
MIN_REVIEWS = 5
"""Reviews that each period must have before a trend is named."""
Z95 = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson_lower(up: int, total: int, *, z: float = Z95) -> float:
    """Lower bound of Wilson's score interval for the share of helpful votes; 0 without votes.

    It orders reviews by helpfulness: 100 of 101 votes come before 2 of 2. It is for votes of two kinds only; stars
    have five.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212; for ranking: E. Miller, "How Not To Sort By Average Rating".

    Parameters:
        up: helpful votes.
        total: all votes.
        z: standard normal quantile of the interval.
    """
    if up <= 0:  # exactly, where rounding would leave a trace
        return 0.0
    share = up / total
    square = z * z
    middle = share + square / (2 * total)
    spread = z * sqrt((share * (1 - share) + square / (4 * total)) / total)
    return max(0.0, (middle - spread) / (1 + square / total))


def shrunk_mean(stars: int, count: int, *, prior_mean: float, prior_count: float = PRIOR_COUNT) -> float:
    """A product's mean as if it had ``prior_count`` reviews more, all of the shop's mean: ``(C·m + Σr) / (C + n)``.

    It ranks products: one review of five stars does not beat two hundred of 4.9. It is never shown as the rating, which
    is the plain mean. A product without reviews stands at the shop's mean, above those that are worse.

    Source: the empirical Bayes estimate of a mean with known prior weight (B. Efron and C. Morris, "Stein's paradox in
    statistics", Scientific American 236 (1977), 119-127), known from ranking films as the Bayesian average.

    Parameters:
        stars: all stars together, as :attr:`Summary.stars`.
        count: reviews.
        prior_mean: the shop's mean, 1 to 5.
        prior_count: how many reviews of doubt; above 0.
    """
    return (prior_count * prior_mean + stars) / (prior_count + count)


def rank(
    summaries: Iterable[Summary], *, prior_mean: float | None = None, prior_count: float = PRIOR_COUNT
) -> list[Summary]:
    """Products by their shrunk mean, best first; among equals the one with more reviews, then the one named first.

    Parameters:
        summaries: of the products to rank.
        prior_mean: the shop's mean; the mean of all reviews in ``summaries`` when left out.
        prior_count: as for :func:`shrunk_mean`.
    """
    products = list(summaries)
    if prior_mean is None:
        count = sum(one.count for one in products)
        prior_mean = sum(one.stars for one in products) / count if count else 3.0

    def key(one: Summary) -> tuple[float, int]:
        return shrunk_mean(one.stars, one.count, prior_mean=prior_mean, prior_count=prior_count), one.count

    return sorted(products, key=key, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Whether a product is rated otherwise than before, as far as the numbers can show it.

    Parameters:
        recent: counters of the last months.
        before: counters of the months before those.
        change: recent mean minus the mean before, in stars; ``None`` when one of them has fewer than
            ``MIN_REVIEWS`` reviews.
        margin: how far chance alone would move it, 19 times of 20, if nothing had changed.
        verdict: ``better`` or ``worse``: the change is larger than the margin; ``same``: no difference that the numbers
            could show; ``too_few``: not enough reviews to say anything.
    """

    recent: Summary
    before: Summary
    change: float | None
    margin: float
    verdict: Literal["better", "worse", "same", "too_few"]


def trend(months: Sequence[tuple[str, Summary]], *, today: date, recent: int = 3) -> Trend:
    """Compare a product's ratings of the last months with those before.

    If nothing had changed, every review could have come in either period. Over all ways to deal the reviews out to the
    two, the difference of the means has the variance ``s² (1/n + 1/m)``, with ``s²`` that of all reviews together.
    A difference beyond 1.96 of its roots is called one. Unlike an interval from the spread within each period, that
    does not take a handful of equal ratings for certainty. Where nothing changed it calls a difference in about 5 % of
    cases, and in up to 9 % where nearly all ratings are the same and one period has few.

    Source: the permutation test of E. J. G. Pitman, "Significance tests which may be applied to samples from any
    populations", Journal of the Royal Statistical Society, Supplement 4 (1937), 119-130, in its normal approximation.

    Parameters:
        months: as :meth:`sharekit.reviews.store.ReviewStore.months` gives them.
        today: a day of the last of the recent months, in UTC.
        recent: how many months are recent, with that of ``today``.
    """
    number = today.year * 12 + today.month - recent
    since = f"{number // 12:04}-{number % 12 + 1:02}"
    product_id = months[0][1].product_id if months else ""
    late = _together(product_id, [one for month, one in months if month >= since])
    early = _together(product_id, [one for month, one in months if month < since])
    if min(late.count, early.count) < MIN_REVIEWS:
        return Trend(recent=late, before=early, change=None, margin=0.0, verdict="too_few")
    change = late.stars / late.count - early.stars / early.count
    everything = _together(product_id, [late, early])
    margin = Z95 * sqrt(_variance(everything) * (1 / late.count + 1 / early.count))
    verdict: Literal["better", "worse", "same"] = "same"
    if abs(change) > margin:
        verdict = "better" if change > 0 else "worse"
    return Trend(recent=late, before=early, change=change, margin=margin, verdict=verdict)


def _together(product_id: str, summaries: Iterable[Summary]) -> Summary:
    n1 = n2 = n3 = n4 = n5 = elsewhere = 0
    for one in summaries:
        n1, n2, n3, n4, n5 = n1 + one.n1, n2 + one.n2, n3 + one.n3, n4 + one.n4, n5 + one.n5
        elsewhere += one.elsewhere
    return Summary(product_id=product_id, n1=n1, n2=n2, n3=n3, n4=n4, n5=n5, elsewhere=elsewhere)


def _variance(summary: Summary) -> float:
    """Of the ratings of at least two reviews."""
    mean = summary.stars / summary.count
    squares = sum(count * (rating - mean) ** 2 for rating, count in enumerate(summary.counts, start=1))
    return squares / (summary.count - 1)
