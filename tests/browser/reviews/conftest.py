"""A shop with reviews, for a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page

from sharekit import Product, ShareKit
from sharekit.reviews.model import Photo, Provenance, Reply, Review
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import Entry

if TYPE_CHECKING:
    from tests.browser.conftest import Shop

LONG = "It holds a proper amount of tea, and the handle takes two fingers. " * 14
POLICY = {
    "writers": "anyone",
    "consent": "I agree that my review is published.",
    "attributes": [
        {"key": "size", "label": "How large is it?", "options": ["Small", "Right", "Large"], "required": True},
        {"key": "use", "label": "What do you drink from it?"},
    ],
}
SCHEMES = """main { padding: 0 16px }
.light { color-scheme: light }
.dark { color-scheme: dark; background: #121214; color: #eee }"""
# The script of reviews has come and was run: a module that was imported once is there at once the second time.
LOADED = """() => {
  const names = performance.getEntriesByType("resource").map(({ name }) => name);
  const file = names.find((name) => /reviews\\.\\w+\\.js$/.test(name));
  return file && import(file).then(() => true);
}"""
START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def some_reviews(count: int = 25) -> list[Review]:
    """Reviews of every kind: with photos, reply, answers, labels; long, short, without a word."""
    made = []
    for number in range(count):
        evidence = Provenance(evidence="order", order_id=str(number)) if number % 2 == 0 else Provenance()
        made.append(
            Review(
                product_id="mug-1",
                rating=5 - number % 5,
                title=f"Cup number {number}" if number % 7 else "",
                body=LONG if number == 1 else "Sits well in the hand.\nKeeps the heat." if number % 3 else "",
                author="" if number % 6 == 5 else f"Ann {number}",
                language="de" if number == 3 else "en",
                answers={"size": "Right", "use": "Tea"} if number == 0 else {},
                photos=[Photo(id="a", width=1200, height=900, thumb_width=200, thumb_height=150)]
                if number == 0
                else (),
                provenance=Provenance(evidence="imported", source="Judge.me") if number == 7 else evidence,
                relation="employee" if number == 4 else "customer",
                incentive="discount" if number == 2 else "",
                status="published",
                reply=Reply(body="Thank you.", at=START) if number == 0 else None,
                created_at=START - timedelta(days=number),
                edited_at=START if number == 1 else None,
                published_at=START,
            )
        )
    return made


class Stand:
    """A product page with reviews.

    Parameters:
        shop: the shop it belongs to; its kit is replaced by one with the policy of these tests.
    """

    loaded = LOADED

    def __init__(self, shop: Shop, kit: ShareKit) -> None:
        self.shop = shop
        self.kit = shop.kit = kit
        shop.pages["/shop.css"] = (
            f"body {{ margin: 0; font: 16px/1.5 sans-serif }} main {{ padding: 0 16px }} {SCHEMES}"
        )
        shop.pages["/icon.svg"] = " "

    @property
    def mug(self) -> Product:
        """What is reviewed."""
        return self.shop.mug

    def fill(self, count: int = 25) -> list[Review]:
        """Put reviews into the store."""
        return [self.kit.review_store.add(review) for review in some_reviews(count)]

    def ask(self) -> None:
        """Put questions into the store, one with two answers."""
        store = self.kit.review_store

        def entry(by: str) -> Entry:
            return Entry(subject="", action="submit", by=by)

        asked = store.ask(Question(product_id="mug-1", body="How high is it?", status="published"), entry("author"))
        store.answer(asked.id, Answer(body="8.4 cm.", by_shop=True, status="published"), entry("shop"))
        store.answer(asked.id, Answer(body="True.", author="Ann", verified=True, status="published"), entry("author"))
        store.ask(Question(product_id="mug-1", body="Is the foot glazed?", status="published"), entry("author"))

    def show(self, body: Callable[[], str], *, scheme: str = "light", lang: str = "en", path: str = "/") -> None:
        """Put up a page; its body is made for each request."""
        direction = "rtl" if lang == "ar" else "ltr"

        def page() -> str:
            head = str(self.kit.meta(self.mug, reviews=3, args=self.shop.query))
            root = f' class="{scheme}"'
            return self.shop.page(body(), head=head, lang=lang, direction=direction, root=root)

        self.shop.pages[path] = page

    def section(self, **options: Any) -> str:
        """The reviews as the address of the page wants them."""
        return str(self.kit.reviews(self.mug, args=self.shop.query, **options))


@pytest.fixture
def stand(shop: Shop, make_kit: Callable[..., ShareKit], tmp_path: Any) -> Stand:
    """A product page with reviews."""
    kit = make_kit(
        base_url=shop.base,
        data_dir=tmp_path / "reviews",
        secret_key="a secret that is long enough",
        site_name="Tide",
        review_policy=POLICY,
    )
    return Stand(shop, kit)


@pytest.fixture
def read(stand: Stand, visit: Callable[..., Page]) -> Callable[..., Page]:
    """A function that opens the page with 25 reviews as a new visitor."""

    def get(query: str = "", **options: Any) -> Page:
        stand.fill()
        stand.show(stand.section)
        page = visit("/" + query, **options)
        if options.get("scripting", True):
            page.wait_for_function(stand.loaded)
        return page

    return get
