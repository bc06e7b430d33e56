"""What a page, a vote and a change of reviews cost, and whether that depends on how many reviews there are.

    python benchmarks/review_store.py                          # 100 and 10,000 reviews, under a minute
    python benchmarks/review_store.py --rows 100 10000 1000000
    python benchmarks/review_store.py --url postgres://user@host/database

All reviews are of one product, which is the worst case: half verified, one in ten with photos, one in a thousand in
French. The figures are medians of one process, in microseconds per call of the store, with the making of the reviews
as Python objects; a change is on the disk when the call returns. ``floor`` is SQLite alone: the same 20 rows, fetched
by a prepared statement and left as tuples. The last column is what the most reviews cost against the fewest.

With ``--url`` the rows go into that store, which should be empty; each size then comes on top of the ones before.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sharekit.reviews.model import Photo, Provenance, Review
from sharekit.reviews.sql.pages import place
from sharekit.reviews.sql.rows import micros
from sharekit.reviews.store import Entry, Query, ReviewStore
from sharekit.reviews.stores import open_review_store

BATCH = 5_000
CALLS = 200
PHOTO = Photo(id="photo", width=1200, height=900, thumb_width=320, thumb_height=240)
ORDER = Provenance(evidence="order", order_id="1001")
WORDS = ("It holds the tea warm, looks well on the shelf and survived a fall from the table. " * 5).split()
START = datetime(2020, 1, 1, tzinfo=UTC)


def made(dice: random.Random, number: int) -> Review:
    """A review of the one product, with a text of 50 to 400 characters."""
    return Review(
        product_id="mug",
        id=f"{dice.getrandbits(64):016x}-{number:08}",
        rating=dice.choices((1, 2, 3, 4, 5), (4, 3, 8, 25, 60))[0],
        title="A mug for every day",
        body=" ".join(WORDS[: dice.randrange(10, 80)]),
        author="Ann N.",
        person=f"{dice.getrandbits(64):016x}",
        language="fr" if number % 1_000 == 7 else "en",
        photos=(PHOTO,) * (number % 10 == 0),
        provenance=ORDER if number % 2 else Provenance(),
        status="published",
        created_at=START + timedelta(seconds=dice.randrange(180_000_000)),
        helpful=dice.choice((0, 0, 0, 1, 3, 20)),
        unhelpful=dice.choice((0, 0, 1)),
    )


def fill(store: ReviewStore, rows: int, first: int) -> None:
    """Bring in so many reviews."""
    dice = random.Random(rows)
    for start in range(0, rows, BATCH):
        store.add_many([made(dice, first + n) for n in range(start, min(start + BATCH, rows))], unique=False)


def microseconds(call: Callable[[int], object], calls: int = CALLS) -> float:
    """Median of so many calls, after three to warm up."""
    for number in range(3):
        call(-1 - number)
    spent = []
    for number in range(calls):
        start = time.perf_counter()
        call(number)
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) * 1e6


def further(dice: random.Random) -> Query:
    """A page from the middle of the list, by the place of a review that could be there."""
    middle = START + timedelta(seconds=90_000_000)
    return Query(product_id="mug", after=place("newest", (micros(middle), f"{dice.getrandbits(64):016x}")))


def floor(path: Path) -> float:
    """SQLite alone: 20 rows as tuples."""
    connection = sqlite3.connect(path)
    statement = (
        "SELECT * FROM reviews INDEXED BY reviews_newest WHERE product_id = ? AND status = 'published' "
        "ORDER BY created_at DESC, id DESC LIMIT 21"
    )
    spent = microseconds(lambda _: connection.execute(statement, ("mug",)).fetchall())
    connection.close()
    return spent


def measures(store: ReviewStore, rows: int) -> Iterator[tuple[str, float]]:
    """Every figure of one size."""
    cards = ["mug", *(f"p{number}" for number in range(23))]
    voted = [one.id for one in store.page(Query(product_id="mug", limit=100)).reviews]

    def page(**filters: object) -> Callable[[int], object]:
        query = Query(product_id="mug", **filters)  # type: ignore[arg-type]
        return lambda _: store.page(query)

    yield "stars of 24 cards", microseconds(lambda _: store.summaries(cards))
    yield "page, newest", microseconds(page())
    dice = random.Random(rows + 1)
    later = further(dice)
    yield "page, from the middle", microseconds(lambda _: store.page(later))
    yield "page, most helpful", microseconds(page(sort="helpful"))
    yield "page, lowest", microseconds(page(sort="lowest"))
    yield "page, 2 stars", microseconds(page(stars=2))
    yield "page, 2 stars with photos, helpful", microseconds(page(stars=2, photos=True, sort="helpful"), 50)
    yield "page, a rare language, highest", microseconds(page(language="fr", sort="highest"), 50)
    yield "page, a language nobody wrote in", microseconds(page(language="xx", sort="highest"))
    yield "vote", microseconds(lambda n: store.vote(voted[n % len(voted)], f"voter {n} {rows}", 1))
    new = [made(dice, rows * 10 + n) for n in range(CALLS + 3)]
    yield "hand in and publish", microseconds(lambda n: store.add(new[n]))
    entry = Entry(subject="x", action="reject", by="benchmark")
    yield "reject", microseconds(lambda n: store.decide(new[n].id, "rejected", entry, reason="spam"))
    yield "erase", microseconds(lambda n: store.erase(new[n].id, entry))
    yield "published share by star", microseconds(lambda _: store.skew())
    yield "whole history by month", microseconds(lambda _: store.months("mug"), 3)


def main() -> None:
    """Measure every size, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    table: dict[str, list[float]] = {}
    sizes: list[str] = []
    first = 0
    for rows in sorted(arguments.rows):
        with tempfile.TemporaryDirectory() as folder:
            store = open_review_store(arguments.url or "sqlite:reviews.db", Path(folder))
            start = time.perf_counter()
            fill(store, rows, first)
            first += rows
            table.setdefault("import, each", []).append((time.perf_counter() - start) / rows * 1e6)
            for name, figure in measures(store, rows):
                table.setdefault(name, []).append(figure)
            store.close()
            if not arguments.url:
                path = Path(folder) / "reviews.db"
                table.setdefault("floor: 20 rows by SQLite alone", []).append(floor(path))
                sizes.append(f"{rows:,} reviews: {path.stat().st_size / 2**20:.0f} MiB")
    print(f"{'µs':36}" + "".join(f"{rows:>12,}" for rows in sorted(arguments.rows)) + f"{'last/first':>12}")
    for name, figures in table.items():
        ratio = f"{figures[-1] / figures[0]:>11.1f}x" if len(figures) > 1 else ""
        print(f"{name:36}" + "".join(f"{figure:>12.0f}" for figure in figures) + ratio)
    print("; ".join(sizes))


if __name__ == "__main__":
    main()
