"""Reviews in a Flask app: the words of templates, query parameters, and who is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request, render_template_string, request, session
from flask.typing import ResponseReturnValue
from PIL import Image

from sharekit import Product
from sharekit.integrations.flask import FlaskShareKit
from sharekit.kit import ShareKit
from sharekit.reviews.model import Review

MUG = Product(id="mug-1", title="Stoneware mug", url="/p/mug-1")
PAGE = """
{{ sharekit_assets(widgets=["reviews"]) }}{% set found = read_reviews(mug) %}{{ sharekit_meta(mug, reviews=found) }}
{{ rating(mug) }}|{{ ratings([mug])["mug-1"] }}|{{ reviews(mug, found=found) }}|{{ review_form(mug) }}
|{{ review_carousel(mug) }}|{{ questions(mug) }}|{{ review_policy() }}|{{ testimonials(all_url="/reviews") }}
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A shop with a review of one star and one of five, and somebody who may be signed in."""
    app = Flask("shop")
    app.secret_key = "a secret of the test's own"
    seen: list[Any] = []
    app.extensions["seen"] = seen

    def customer(request: Any) -> dict[str, str] | None:
        seen.append(request)
        return {"id": session["user"], "name": "Cleo"} if "user" in session else None

    extension = FlaskShareKit(base_url="https://shop.example", data_dir=tmp_path, customer=customer, deliver=False)
    kit = extension.init_app(app)
    for stars, words in ((1, "Broken"), (5, "Whole")):
        kit.review_store.add(Review(product_id="mug-1", rating=stars, body=words, status="published"))

    @app.get("/p/mug-1")
    def page() -> str:
        return render_template_string(PAGE, mug=MUG)

    @app.get("/login")
    def login() -> ResponseReturnValue:
        session["user"] = "c-7"
        return ""

    yield app
    kit.close()


def test_every_word_works_in_a_template(app: Flask) -> None:
    """Each draws something, in the page's language and below the app's prefix."""
    html = app.test_client().get("/p/mug-1", base_url="https://shop.example/shop").text
    assert "3.0 of 5 stars" in html
    assert 'action="/shop/sharekit/reviews/write"' in html
    assert '"ratingValue":"3.0"' in html
    assert "Broken" in html
    assert "Whole" in html


def test_the_pages_own_parameters_sort_and_filter(app: Flask) -> None:
    """Whatever else the address holds is kept in the links; nonsense is left alone."""
    client = app.test_client()
    html = client.get("/p/mug-1?colour=blue&sk-stars=1").text
    listed = html.partition('id="sk-reviews"')[2].partition("|")[0]
    assert "Broken" in listed
    assert "Whole" not in listed
    assert "colour=blue" in listed
    for nonsense in ("sk-stars=9", "sk-sort=x", "sk-after=%00", "sk-lang=" + "x" * 999, "sk-stars=1&sk-stars=1"):
        assert client.get(f"/p/mug-1?{nonsense}").status_code == 200


def test_a_hook_may_have_read_the_form_before(app: Flask) -> None:
    """Extensions do that; the form and its photos still arrive, on the kit's pages and on the moderators'."""
    kit: ShareKit = app.extensions["sharekit"]
    app.before_request(lambda: request.form.get("anything"))
    FlaskShareKit().moderation(app, lambda _: "Ylva")
    client = app.test_client()
    client.get("/login")
    token = kit._form_signer.sign({"p": "mug-1", "t": "Mug", "u": "/p/mug-1"})
    file = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "JPEG")
    file.seek(0)
    data = {"f": token, "rating": "4", "photos": [(file, "a.jpg"), (BytesIO(), "")]}
    assert client.post("/sharekit/reviews/write", data=data).status_code == 303
    (review,) = kit.review_store.queue("pending").reviews
    assert len(review.photos) == 1
    page = client.get("/moderation/").text
    found = re.search(r'name="t" value="([^"]+)"', page)
    assert found is not None
    client.post("/moderation/decide", data={"t": found[1], "review": review.id, "status": "published"})
    published = kit.review_store.get(review.id)
    assert published is not None
    assert published.status == "published"
    assert client.post("/sharekit/reviews/vote", data={"up": "x"}).status_code == 303


def test_who_is_signed_in_is_told_by_flasks_session(app: Flask) -> None:
    """The function is given Flask's own request; the review is then that customer's."""
    client = app.test_client()
    kit: ShareKit = app.extensions["sharekit"]
    client.get("/login")
    token = kit._form_signer.sign({"p": "mug-1", "t": "Mug", "u": "/p/mug-1"})
    answer = client.post("/sharekit/reviews/write", data={"f": token, "rating": "4"})
    assert answer.status_code == 303
    assert isinstance(app.extensions["seen"][-1], Request)
    waiting = kit.review_store.queue("pending").reviews
    assert [(review.rating, review.provenance.evidence) for review in waiting] == [(4, "account")]
    assert waiting[0].person.startswith("c-")
