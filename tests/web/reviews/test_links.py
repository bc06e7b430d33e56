"""Links that are secrets: what they show, what they never do, and how the wrong ones are answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

WAYS = ("order", "confirm", "edit")


def path_of(address: str) -> str:
    """The path below the mount."""
    return address.partition("/sharekit")[2]


@pytest.fixture
def shop(make_review_shop: Callable[..., Any]) -> Any:
    """A shop with the default policy: buyers, customers, and whoever confirms an address."""
    return make_review_shop(site_name="The Shop")


def links(shop: Any) -> dict[str, str]:
    """One good link of each kind."""
    shop.write(email="ann@example.com", body="By mail", rating="3")
    mailed = re.search(r"https://\S+/reviews/confirm/\S+", shop.mails[0][2])
    assert mailed is not None
    review = shop.published()
    return {
        "order": path_of(shop.kit.review_link("1001", [shop.product, "bowl-1"], email="bob@example.com", name="Bob")),
        "confirm": path_of(mailed[0]),
        "edit": f"/reviews/edit/{shop.kit.desk.edit_token(review)}",
    }


def test_looking_changes_nothing_and_tells_nobody(shop: Any) -> None:
    """Programs that read mail follow links; browsers pass addresses on. Neither does harm here."""
    for way, path in links(shop).items():
        before = [repr(review) for review in shop.kept()]
        for method in ("GET", "HEAD", "GET"):
            answer = shop.ask(method, path)
            assert answer.status == 200, way
            assert shop.header(answer, "referrer-policy") == "no-referrer"
            assert "noindex" in shop.header(answer, "x-robots-tag")
            assert shop.header(answer, "cache-control") == "no-store"
            assert "frame-ancestors 'none'" in shop.header(answer, "content-security-policy")
        assert path.rpartition("/")[2] not in shop.ask("GET", path).body.decode()
        assert [repr(review) for review in shop.kept()] == before


@pytest.mark.parametrize("way", WAYS)
def test_all_wrong_links_are_answered_alike(shop: Any, way: str) -> None:
    """Forged, changed, of another kind, used: nobody learns which."""
    good = {name: path.rpartition("/")[2] for name, path in links(shop).items()}
    others = [token for name, token in good.items() if name != way]
    tokens = ["x", good[way][:-2], good[way] + "A", good[way].swapcase(), "." * 3_000, "\x00", "ü", *others]
    answers = {shop.ask("GET", f"/reviews/{way}/{token}") for token in tokens}
    answers |= {
        shop.post(f"/reviews/{way}/{token}", {"p1-rating": "5", "rating": "5"}, client=f"198.51.100.{number}")
        for number, token in enumerate(tokens)
    }
    assert len(answers) == 1
    assert answers.pop().status == 404


def test_an_order_is_reviewed_in_one_form_and_in_parts(shop: Any) -> None:
    """What was left out can be reviewed later, what was reviewed cannot again; who wrote and bought is known."""
    path = links(shop)["order"]
    html = shop.ask("GET", path).body.decode()
    assert html.count('type="radio"') == 10
    assert 'value="Bob"' in html
    assert 'type="email"' not in html
    empty = shop.post(path, {})
    assert (empty.status, "Choose one to five stars." in empty.body.decode()) == (422, True)
    wrong = shop.post(path, {"p1-rating": "5", "p1-title": "Kept", "p2-rating": "9", "p2-body": "Kept, too"})
    assert wrong.status == 422
    assert 'value="Kept"' in wrong.body.decode()
    assert "Kept, too" in wrong.body.decode()
    assert len(shop.kept()) == 1
    assert shop.post(path, {"p2-rating": "1", "p2-author": "Bob"}).status == 303
    review = shop.kept()[-1]
    assert (review.product_id, review.rating, review.provenance.order_id) == ("bowl-1", 1, "1001")
    assert review.verified
    again = shop.ask("GET", path).body.decode()
    assert "Stoneware mug" in again
    assert "bowl-1" not in again
    assert shop.post(path, {"p1-rating": "4"}).status == 303
    assert shop.post(path, {"p1-rating": "4"}).status == 404
    assert shop.ask("GET", path).status == 404


def test_a_browser_that_hides_where_it_comes_from_may_post(shop: Any) -> None:
    """These pages send no referrer, so older browsers name no origin; what they know is the token."""
    path = links(shop)["order"]
    hidden = {"sec-fetch-site": "", "origin": "null"}
    assert shop.post(path, {"p1-rating": "4"}, headers={"sec-fetch-site": "cross-site", "origin": "null"}).status == 403
    assert shop.post(path, {"p1-rating": "4"}, headers=hidden).status == 303


def test_nothing_is_kept_before_an_address_is_confirmed(shop: Any) -> None:
    """And then once; the address itself is never kept."""
    path = links(shop)["confirm"]
    assert [review.body for review in shop.kept()] == ["Good."]
    assert shop.post(path, {}).status == 303
    assert shop.kept()[-1].provenance.evidence == "email"
    assert shop.post(path, {}).status == 404
    assert len(shop.kept()) == 2
    assert "ann@example.com" not in repr(shop.kept())


def test_an_author_changes_a_review(shop: Any) -> None:
    """The form holds what was written; what is changed waits for a moderator again."""
    path = links(shop)["edit"]
    html = shop.ask("GET", path).body.decode()
    assert "Good." in html
    assert re.search(r'value="5"[^>]* checked', html)
    assert shop.post(path, {"rating": "0", "body": "x"}).status == 422
    assert shop.post(path, {"rating": "2", "body": "Not so good."}).status == 303
    changed = shop.kept()[0]
    assert (changed.rating, changed.body, changed.status) == (2, "Not so good.", "pending")
    assert changed.edited_at is not None
    assert shop.kit.review_store.summary("mug-1").count == 0


def test_a_shop_without_mail_says_who_may_review(make_review_shop: Callable[..., Any]) -> None:
    """Nobody is promised a mail that cannot come."""
    shop = make_review_shop(mail=None)
    answer = shop.write(email="ann@example.com")
    assert answer.status == 422
    assert "people who bought the product here" in answer.body.decode()


def test_a_mail_that_cannot_be_sent_is_told(make_review_shop: Callable[..., Any]) -> None:
    """With a page for people, and nothing kept."""

    def broken(*_: str) -> None:
        raise OSError("no route to host")

    shop = make_review_shop(mail=broken)
    answer = shop.write(email="ann@example.com")
    assert answer.status == 503
    assert "could not be sent" in answer.body.decode()


def test_who_is_signed_in_needs_no_mail(make_review_shop: Callable[..., Any]) -> None:
    """The host says who it is, given the framework's own request; an order of theirs verifies the review."""
    seen: list[Any] = []

    def customer(request: Any) -> dict[str, Any]:
        seen.append(request)
        return {"id": "c-7", "name": "Cleo", "email": "cleo@example.com", "orders": {"mug-1": "1007"}}

    shop = make_review_shop(customer=customer)
    native = object()
    answer = shop.post("/reviews/write", {"f": shop.token, "rating": "5", "author": "Cleo"}, native=native)
    assert answer.status == 303
    assert set(map(id, seen)) == {id(native)}
    assert shop.kept()[0].provenance.order_id == "1007"
    assert 'type="email"' not in shop.ask("GET", f"/reviews/write?f={shop.token}", native=native).body.decode()
    own = shop.kit.desk.decide(shop.kept()[0].id, "published", by="test")
    assert shop.post("/reviews/vote", {"up": own.id}, native=native).status == 303
    assert shop.kit.review_store.get(own.id).helpful == 0, "nobody votes for their own"


def test_whoever_has_written_is_led_to_changing_it(make_review_shop: Callable[..., Any]) -> None:
    """One review for each, changeable: by the link of another order, and when signed in."""
    shop = make_review_shop(
        customer=lambda native: {"id": "c-7", "email": "cleo@example.com"} if native == "signed in" else None
    )
    first = path_of(shop.kit.review_link("1", [shop.product], email="cleo@example.com"))
    assert shop.post(first, {"p1-rating": "2"}).status == 303
    second = path_of(shop.kit.review_link("2", [shop.product, "bowl-1"], email="cleo@example.com"))
    for html in (
        shop.ask("GET", second).body.decode(),
        shop.ask("GET", f"/reviews/write?f={shop.token}", native="signed in").body.decode(),
    ):
        found = re.search(r'href="/sharekit(/reviews/edit/[^"]+)', html)
        assert found is not None
        path = unescape(found[1])
        form = shop.ask("GET", path).body.decode()
        assert 'value="2" required checked' in form
        assert '<a href="/p/mug-1" dir="auto">Stoneware mug</a>' in form
        assert f"f={shop.token}" in shop.header(shop.post(path, {"rating": "2"}), "location")
        bare = shop.ask("GET", path.partition("?")[0])
        assert (bare.status, "Stoneware mug" in bare.body.decode()) == (200, False)
    assert 'name="p1-rating"' not in shop.ask("GET", second).body.decode()
    assert "/reviews/edit/" not in shop.ask("GET", f"/reviews/write?f={shop.token}").body.decode()
    assert shop.post(first, {"p1-rating": "2"}).status == 404


def test_pages_speak_the_language_of_the_page_before(shop: Any) -> None:
    """The form carries it; what is not known falls back to English."""
    answer = shop.write(rating="", lang="de")
    assert '<html lang="de" dir="ltr">' in answer.body.decode()
    assert '<html lang="ar" dir="rtl">' in shop.ask("GET", "/reviews/thanks?for=review&lang=ar").body.decode()
    assert '<html lang="en" dir="ltr">' in shop.ask("GET", "/reviews/thanks?for=review&lang=xx").body.decode()
    assert "lang=de" in shop.header(shop.write(email="z@example.com", lang="de"), "location")


def test_there_are_no_reviews_where_there_are_none(shop: Any) -> None:
    """Unknown words below /reviews/ are not found, whatever the method."""
    for path in (
        "/reviews/",
        "/reviews",
        "/reviews/nothing",
        "/reviews/order/",
        "/reviews/write/x",
        "/reviews/photos/",
    ):
        for method in ("GET", "POST", "OPTIONS"):
            assert shop.ask(method, f"/reviews{path}").status == 404
