"""The demo's shop on a port of its own, with reviews in it, for a browser without scripts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from sharekit.demo import create_app
from sharekit.kit import ShareKit
from sharekit.reviews.feed import product_review_feed


class Quiet(WSGIRequestHandler):
    """No line per request."""

    def log(self, *_: Any) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Numbers:
    """What each place says about a product: how many reviews, and their mean."""

    stars: tuple[int, str]
    histogram: int
    marked_up: tuple[int, str]
    feed: tuple[int, ...]


@dataclass
class Demo:
    """The running demo."""

    base: str
    app: Flask

    @property
    def kit(self) -> ShareKit:
        """Its kit."""
        kit: ShareKit = self.app.extensions["sharekit"]
        return kit

    def numbers(self, product_id: str) -> Numbers:
        """What the product's page, its JSON-LD and the feed say, read from what is sent."""
        html = self.app.test_client().get(f"/p/{product_id}").text
        shown = re.search(r">([\d.]+) of 5 stars</\w+> <span>(\d+) reviews?</span>", html)
        rows = re.findall(r'class="sk-hidden">, (\d+) reviews?, show only these', html)
        data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[0])
        rating = data["aggregateRating"]
        product = next(ware.product for ware in self.app.extensions["shop"].catalog.wares if ware.slug == product_id)
        feed = "".join(
            product_review_feed(
                self.kit.review_store.all(status="published", product_id=product_id),
                lambda _: product,
                publisher="Marram",
                base_url=self.base,
            )
        )
        ratings = [int(node.text or "") for node in ElementTree.fromstring(feed).iter("overall")]
        assert shown is not None
        return Numbers(
            stars=(int(shown[2]), unescape(shown[1])),
            histogram=sum(int(row) for row in rows),
            marked_up=(rating["ratingCount"], rating["ratingValue"]),
            feed=tuple(sorted(ratings)),
        )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, served."""
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True, request_handler=Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    app = create_app(data_dir=tmp_path_factory.mktemp("demo"), base_url=base)
    server.app = app
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Demo(base, app)
    server.shutdown()
    thread.join(10)
    server.server_close()
    app.extensions["sharekit"].close()


@pytest.fixture
def page(scriptless_browser: Browser) -> Iterator[Page]:
    """A visitor without scripts."""
    context = scriptless_browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
