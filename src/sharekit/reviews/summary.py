"""A product's rating: five counters, and everything that is shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How often each number of stars was given, among published reviews that count.

    Stars, histogram, structured data, product cards and feeds all derive from this one row.

    Parameters:
        product_id: what it is about.
        n1, n2, n3, n4, n5: reviews with so many stars.
        elsewhere: published reviews taken over from other websites, which are listed but not counted.
    """

    product_id: str
    n1: int = 0
    n2: int = 0
    n3: int = 0
    n4: int = 0
    n5: int = 0
    elsewhere: int = 0

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Reviews with one to five stars."""
        return self.n1, self.n2, self.n3, self.n4, self.n5

    @property
    def count(self) -> int:
        """All reviews that count."""
        return self.n1 + self.n2 + self.n3 + self.n4 + self.n5

    @property
    def stars(self) -> int:
        """All stars together."""
        return self.n1 + 2 * self.n2 + 3 * self.n3 + 4 * self.n4 + 5 * self.n5

    @property
    def mean(self) -> Decimal | None:
        """The mean with one decimal, half up, as it is shown everywhere; ``None`` without reviews.

        4.96 is shown as 4.9 and not as 5.0: only five stars from everybody are five. In the same way only one star from
        everybody is 1.0.
        """
        count = self.count
        if not count:
            return None
        exact = Decimal(self.stars) / count
        mean = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if mean == 5 and self.n5 < count:
            return exact.quantize(Decimal("0.1"), ROUND_DOWN)
        if mean == 1 and self.n1 < count:
            return Decimal("1.1")
        return mean

    @property
    def percentages(self) -> tuple[int, int, int, int, int]:
        """Whole percentages of one to five stars that add up to 100; all 0 without reviews."""
        return largest_remainder(self.counts)


def largest_remainder(counts: Sequence[int]) -> tuple[int, int, int, int, int]:
    """Whole percentages that add up to 100: each is rounded down, and what is missing goes to the largest remainders
    (Hamilton's method), among equal ones to the larger count, then to more stars."""
    total = sum(counts)
    if not total:
        return 0, 0, 0, 0, 0
    whole = [100 * count // total for count in counts]
    order = sorted(range(5), key=lambda i: (100 * counts[i] % total, counts[i], i), reverse=True)
    for i in order[: 100 - sum(whole)]:
        whole[i] += 1
    one, two, three, four, five = whole
    return one, two, three, four, five
