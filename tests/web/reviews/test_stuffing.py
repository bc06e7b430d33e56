"""Stuffing, forging, script and other mischief by way of the forms: refused or harmless, and the log says so."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_a_thousand_votes_of_one_browser_are_one(open_shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The vote is unique; most of them do not even get so far."""
    review = open_shop.published()
    with caplog.at_level(logging.INFO, "sharekit"):
        answers = [open_shop.post("/reviews/vote", {"review": review.id, "value": "1"}).status for _ in range(1_000)]
    assert set(answers) == {303, 429}
    assert answers.count(303) <= 121
    assert open_shop.kit.review_store.get(review.id).helpful == 1
    assert "too many from one address" in caplog.text


def test_made_up_user_agents_are_held_back_by_the_address(open_shop: Any) -> None:
    """Each counts as another browser, until the address has had its share."""
    review = open_shop.published()
    for number in range(1_000):
        open_shop.post("/reviews/vote", {"up": review.id}, headers={"user-agent": f"Agent {number}"})
    assert open_shop.kit.review_store.get(review.id).helpful <= 121


def test_a_vote_can_be_changed_and_taken_back(open_shop: Any) -> None:
    """The last one counts, for the script as for a plain form."""
    review = open_shop.published()
    asks_json = {"accept": "application/json"}
    for values, votes in (
        ({"value": "1"}, (1, 0)), ({"value": "-1"}, (0, 1)), ({"value": "-1"}, (0, 1)), ({"value": "0"}, (0, 0)),
    ):  # fmt: skip
        answer = open_shop.post("/reviews/vote", {"review": review.id, **values}, headers=asks_json)
        assert (answer.status, tuple(open_shop.json(answer).values())) == (200, votes)
    for value in ("2", "NaN", "1e9", "", "١"):
        assert open_shop.post("/reviews/vote", {"review": review.id, "value": value}).status == 400
    for unknown in ("nothing", SCRIPT, "x" * 5_000):
        answer = open_shop.post("/reviews/vote", {"review": unknown, "value": "1"}, headers=asks_json)
        assert answer.status == 404


def test_a_thousand_anonymous_reviews_do_not_get_through(
    make_review_shop: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A few are taken in, those that read alike or come in a burst wait for a person, and the numbers say so."""
    shop = make_review_shop(review_policy={"writers": "anyone", "moderation": "after"})
    answers: list[int] = []
    with caplog.at_level(logging.INFO, "sharekit"):
        for number in range(1_000):
            values = {"f": shop.token, "rating": "5", "body": f"Great {number}"}
            answers.append(shop.post("/reviews/write", values, headers={"user-agent": f"Agent {number}"}).status)
    assert set(answers) <= {303, 422, 429}
    kept = shop.kept()
    assert 1 <= len(kept) <= 21
    held = [review for review in kept if review.status == "pending"]
    assert shop.kit.review_store.summary("mug-1").count == len(kept) - len(held)
    assert "too many from one address" in caplog.text


@pytest.mark.parametrize("rating", ["0", "6", "1e9", "NaN", "", "-1", "4.5", "٣", "55", "4 ", "on", SCRIPT])
def test_other_ratings_than_one_to_five_are_refused(open_shop: Any, rating: str) -> None:
    """The form comes back with what was typed, and says what is wrong beside the field."""
    answer = open_shop.write(rating=rating, body="Kept & shown", title=SCRIPT)
    html = answer.body.decode()
    if rating == "4 ":  # a space around it does no harm
        assert answer.status == 303
        return
    assert answer.status == 422
    assert "Kept &amp; shown" in html
    assert "Choose one to five stars." in html
    assert "<script>alert" not in html
    assert open_shop.kept() == []
    told = open_shop.post(
        "/reviews/write", {"f": open_shop.token, "rating": rating}, headers={"accept": "application/json"}
    )
    assert open_shop.json(told)["errors"] == {"rating": "Choose one to five stars."}


def test_forged_tokens_are_refused(open_shop: Any) -> None:
    """A form belongs to a product by signature; nothing posted beside it changes that."""
    good = open_shop.token
    stranger = open_shop.kit._signer.sign({"p": "mug-1", "t": "Mug", "u": "/p/mug-1"})
    values = {"rating": "5", "body": "x", "product": "other"}
    for number, token in enumerate(
        ("", "x", good[:-1], good + "A", good.swapcase(), stranger, "." * 9_000, "ü", SCRIPT)
    ):
        for path in ("/reviews/write", "/reviews/ask", "/reviews/answer"):
            answer = open_shop.post(path, {"f": token} | values, client=f"198.51.100.{number}")
            assert (answer.status, open_shop.json(answer)["error"]) == (400, "bad_token")
        assert open_shop.ask("GET", "/reviews/list/mug-1?f=" + token.replace("#", "")).status == 400
    assert open_shop.write(product="other").status == 303
    assert [review.product_id for review in open_shop.kept()] == ["mug-1"]
    assert open_shop.ask("GET", f"/reviews/list/other?f={good}").status == 404


def test_a_filled_trap_is_thanked_and_forgotten(open_shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The machine learns nothing; the log counts it."""
    person = open_shop.write(body="Good.")
    assert len(open_shop.kept()) == 1
    for path, values in (
        ("/reviews/write", {"rating": "5"}), ("/reviews/ask", {"body": "Why?"}), ("/reviews/answer", {"body": "So."}),
        ("/reviews/report", {"review": open_shop.kept()[0].id, "reason": "spam"}),
    ):  # fmt: skip
        answer = open_shop.post(path, {"f": open_shop.token, "website": "https://evil.example"} | values)
        assert answer.status == 303
        if path == "/reviews/write":
            assert (answer.headers, answer.body) == (person.headers, person.body)
    assert len(open_shop.kept()) == 1
    assert open_shop.kit.review_store.questions(status=None)[0] == []
    assert caplog.text.count("filled in by a machine") == 4


def test_script_in_every_field_is_shown_as_text(open_shop: Any) -> None:
    """On the product's page, in the list of the script, on the moderators' page, in its JSON-LD."""
    values = dict.fromkeys(("title", "body", "author", "lang", "product", "answer-x"), SCRIPT)
    values["language"] = '"><script>alert(1)</script>'
    assert open_shop.write(**values).status == 303
    assert open_shop.post("/reviews/ask", {"f": open_shop.token, "body": SCRIPT, "author": SCRIPT}).status == 303
    review = open_shop.kept()[0]
    open_shop.kit.desk.decide(review.id, "published", by=SCRIPT)
    open_shop.kit.desk.reply(review.id, SCRIPT, by=SCRIPT, author=SCRIPT)
    report = {"review": review.id, "reason": "spam", "text": SCRIPT}
    assert open_shop.post("/reviews/report", report).status == 303
    desk = open_shop.kit.moderation_app(lambda _: SCRIPT)
    pages = [
        open_shop.ask("GET", path, app=desk, mount="/moderation").body.decode()
        for path in ("/", "/?show=reported", "/?show=published", f"/review/{review.id}", "/questions", "/log")
    ]
    pages.append(str(open_shop.kit.reviews(open_shop.product)))
    pages.append(str(open_shop.kit.questions(open_shop.product)))
    pages.append(str(open_shop.kit.meta(open_shop.product, reviews=5)))
    pages.append(open_shop.ask("GET", f"/reviews/list/mug-1?f={open_shop.token}").body.decode())
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert sum("&lt;script&gt;alert(1)" in html for html in pages) >= 6


@pytest.mark.parametrize(
    "referrer",
    ["https://evil.example/p", "https://shop.example.evil.example/", "https://shop.example@evil.example/",
     "//evil.example/", "https://shop.example//evil.example/", "https://shop.example/\\evil.example",
     "javascript:alert(1)", "https://shop.example/a\r\nset-cookie: x=1", "", "https://[", "x" * 9_000],
)  # fmt: skip
def test_nobody_is_led_to_another_site(open_shop: Any, referrer: str) -> None:
    """The way back is a path of this shop, whatever the browser says it came from."""
    review = open_shop.published()
    answer = open_shop.post("/reviews/vote", {"up": review.id}, headers={"referer": referrer})
    location = open_shop.header(answer, "location")
    assert answer.status == 303
    assert re.fullmatch(r"/(?:[^/\\\s][^\\\s]*)?#sk-reviews", location)
    back = open_shop.post("/reviews/vote", {"up": review.id}, headers={"referer": "https://shop.example/p/mug-1?a=b"})
    assert open_shop.header(back, "location") == "/p/mug-1?a=b#sk-reviews"


def test_other_sites_cannot_post(open_shop: Any) -> None:
    """Votes, reports, reviews and questions alike, whatever the way the browser tells."""
    review = open_shop.published()
    for headers in (
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "https://blog.shop.example"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "", "origin": "null"},
    ):
        for path in ("write", "vote", "report", "ask", "answer"):
            values = {"f": open_shop.token, "rating": "5", "up": review.id, "body": "x", "review": review.id}
            assert open_shop.post(f"/reviews/{path}", values, headers=headers).status == 403
    assert len(open_shop.kept()) == 1
    assert open_shop.kit.review_store.get(review.id).helpful == 0


@pytest.mark.parametrize("path", ["vote", "report", "ask", "answer"])
def test_nothing_is_voted_by_get(open_shop: Any, path: str) -> None:
    """A picture's address on another site must not be a vote."""
    review = open_shop.published()
    answer = open_shop.ask("GET", f"/reviews/{path}?review={review.id}&value=1&up={review.id}")
    assert (answer.status, open_shop.header(answer, "allow")) == (405, "POST")
    assert open_shop.kit.review_store.get(review.id).helpful == 0


def test_heaps_of_marks_on_a_letter_are_cut(open_shop: Any) -> None:
    """Composing them takes the square of their number; nobody writes so many. Nothing else of the text is touched."""
    heap = "a" + "\u0300\u0316" * 1_500
    assert open_shop.write(body=f"Good {heap} mug, naïve", title="Ça va").status == 303
    review = open_shop.kept()[0]
    assert review.body.startswith("Good à")
    assert review.body.endswith(" mug, naïve")
    assert len(review.body) < 60
    assert open_shop.write(rating="", body=heap * 3).status == 422


def test_control_characters_come_back_harmless(open_shop: Any) -> None:
    """What no page can hold is left out when a form is shown again, instead of failing."""
    answer = open_shop.write(
        rating="", body="a\x00b\ud800c\u202ed".encode("utf-8", "replace").decode(), title="\x1b[31m"
    )
    assert answer.status == 422
    assert "\x00" not in answer.body.decode()
    assert "\u202e" not in answer.body.decode()
