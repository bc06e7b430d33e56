"""The sums behind the order of reviews, the ranking of products and the trend of a rating."""

from __future__ import annotations

from math import sqrt

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
    if total <= 0:
        return 0.0
    share = up / total
    square = z * z
    middle = share + square / (2 * total)
    spread = z * sqrt((share * (1 - share) + square / (4 * total)) / total)
    return max(0.0, (middle - spread) / (1 + square / total))
