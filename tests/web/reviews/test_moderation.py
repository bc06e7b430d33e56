"""The moderators' page: for moderators alone, from their own pages alone, and everything it does is in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, session
from flask.typing import ResponseReturnValue
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from sharekit.exceptions import ConfigError
from sharekit.integrations.flask import FlaskShareKit
from sharekit.reviews.store import Entry

PATHS = ["", "/", "/?show=published", "/review/x", "/questions", "/log", "/shares", "/nothing",
         "/static/desk.css", "/photos/x.jpg"]  # fmt: skip
ACTIONS = ["decide", "reply", "erase", "question", "answer"]


class Moderators:
    """A shop, its moderators' page, and one moderator's browser.

    Parameters:
        shop: the shop.
        app: the page.
    """

    def __init__(self, shop: Any, app: Any) -> None:
        self.shop = shop
        self.app = app

    def get(self, path: str = "/", **fields: Any) -> Any:
        """A page."""
        return self.shop.ask("GET", path, app=self.app, **({"mount": "/staff/reviews"} | fields))

    def do(self, action: str, **fields: Any) -> Any:
        """Press a button of a page: the token is that page's."""
        token = re.search(r'name="t" value="([^"]+)"', self.get("/review/" + fields.get("review", "")).body.decode())
        values = {"t": token[1] if token else self.token} | {k: v for k, v in fields.items() if isinstance(v, str)}
        return self.shop.post(f"/{action}", values, app=self.app, mount="/staff/reviews")

    @property
    def token(self) -> str:
        """What the page's forms carry."""
        token: str = self.app._token("Ylva")
        return token

    def said(self, answer: Any) -> str:
        """What the page after an action says."""
        assert answer.status == 303
        location = self.shop.header(answer, "location")
        assert location.startswith("/staff/reviews/")
        html = self.get(location.removeprefix("/staff/reviews")).body.decode()
        found = re.search(r'role="(?:status|alert)">([^<]+)', html)
        return found[1] if found else ""


@pytest.fixture
def desk(open_shop: Any) -> Moderators:
    """The page as Ylva sees it."""
    return Moderators(open_shop, open_shop.kit.moderation_app(lambda _: "Ylva"))


@pytest.mark.parametrize("answer", [None, False, True, "", "  ", 7, b"Ylva"])
def test_everything_is_refused_unless_there_is_a_name(open_shop: Any, answer: Any) -> None:
    """Pages, actions, style sheets and photos alike, with the same words; nothing else lets anybody in."""
    app = open_shop.kit.moderation_app(lambda _: answer)
    review = open_shop.published()
    answers = {open_shop.ask("GET", path, app=app) for path in [*PATHS, f"/review/{review.id}"]}
    answers |= {
        open_shop.post(f"/{action}", {"review": review.id, "status": "rejected", "reason": "spam"}, app=app)
        for action in ACTIONS
    }
    assert [answer.status for answer in answers] == [403]
    assert open_shop.kit.review_store.get(review.id).status == "published"


def test_a_page_without_a_function_cannot_be_made(open_shop: Any) -> None:
    """Somebody who forgets the login is told so before anybody comes."""
    with pytest.raises(ConfigError, match="authorize"):
        open_shop.kit.moderation_app("admin")


def test_the_function_is_given_the_frameworks_request(open_shop: Any) -> None:
    """So that it may ask the session there."""
    seen: list[Any] = []
    native = object()
    app = open_shop.kit.moderation_app(lambda request: seen.append(request) or "Ylva")
    assert open_shop.ask("GET", "/", app=app, native=native).status == 200
    assert seen == [native]


def test_posts_come_from_the_moderators_own_pages(desk: Moderators) -> None:
    """Not from another site, not with another moderator's token, not with an old one, not without."""
    review = desk.shop.published()
    values = {"review": review.id, "status": "rejected", "reason": "spam"}
    other = desk.shop.kit.moderation_app(lambda _: "Jens")._token("Jens")
    old = desk.app._signer.sign({"by": "Ylva", "day": "20000"})
    form = desk.shop.token
    for token in ("", "x", other, old, form, desk.token[:-1]):
        assert desk.shop.post("/decide", values | {"t": token}, app=desk.app).status == 403
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
                    {"sec-fetch-site": "", "origin": "https://evil.example"}):  # fmt: skip
        assert desk.shop.post("/decide", values | {"t": desk.token}, app=desk.app, headers=headers).status == 403
    assert desk.shop.ask("GET", f"/decide?review={review.id}&status=rejected&reason=spam", app=desk.app).status == 404
    assert desk.shop.kit.review_store.get(review.id).status == "published"
    assert desk.shop.post("/decide", values | {"t": desk.token}, app=desk.app).status == 303
    assert desk.shop.kit.review_store.get(review.id).status == "rejected"


def test_a_review_is_published_and_refused_with_a_reason_of_the_list(desk: Moderators) -> None:
    """Each decision is in the log with who made it; a made-up reason, or none, is refused."""
    desk.shop.write(body="First", title="One")
    review = desk.shop.kept()[0]
    html = desk.get().body.decode()
    assert "First" in html
    assert '1<span class="sk-hidden"> waiting' in html
    done = desk.do("decide", review=review.id, status="published")
    assert desk.said(done).startswith("Published")
    path = desk.shop.header(done, "location").removeprefix("/staff/reviews")
    assert f'href="/staff/reviews/review/{review.id}"' in desk.get(path).body.decode()
    assert desk.shop.kit.review_store.summary("mug-1").count == 1
    for reason in ("", "negative", "low_rating"):
        assert (
            desk.said(desk.do("decide", review=review.id, status="rejected", reason=reason)) == "Choose a reason first."
        )
    said = desk.said(desk.do("decide", review=review.id, status="rejected", reason="spam", note="seen before"))
    assert said.startswith("Refused")
    assert desk.shop.kit.review_store.summary("mug-1").count == 0
    log = [
        (entry.action, entry.by, entry.reason, entry.note) for entry in desk.shop.kit.review_store.history(review.id)
    ]
    assert log[-2:] == [("publish", "Ylva", "", ""), ("reject", "Ylva", "spam", "seen before")]
    assert "seen before" in desk.get("/log").body.decode()
    assert "First" in desk.get("/?show=rejected").body.decode()
    assert desk.said(desk.do("decide", review="nothing", status="published")).startswith("There is no such")


@pytest.mark.parametrize("status", ["", "bogus", "PUBLISHED"])
def test_a_decision_that_is_none_changes_nothing(status: str, desk: Moderators) -> None:
    """A form that came without its button takes no review off the page."""
    review = desk.shop.published()
    assert desk.said(desk.do("decide", review=review.id, status=status)) == "Choose a reason first."
    assert desk.shop.kit.review_store.get(review.id).status == "published"


def test_words_that_were_changed_meanwhile_are_not_published(desk: Moderators) -> None:
    """The button belongs to what was read."""
    desk.shop.write(body="Harmless")
    review = desk.shop.kept()[0]
    version = re.search(r'name="version" value="([^"]*)"', desk.get().body.decode())
    assert version is not None
    desk.shop.post(f"/reviews/edit/{desk.shop.kit.desk.edit_token(review)}", {"rating": "1", "body": "Other words"})
    said = desk.said(desk.do("decide", review=review.id, status="published", version=version[1]))
    assert "changed it meanwhile" in said
    assert desk.shop.kept()[0].status == "pending"


def test_no_reason_of_the_list_is_about_what_was_thought(desk: Moderators) -> None:
    """Holding a review back for its rating is not offered (16 CFR 465.7)."""
    desk.shop.write(body="First")
    words = re.findall(r'<option value="\w+">([^<]+)', desk.get().body.decode())
    assert len(words) == 13
    assert not re.search(r"negative|bad|low|rating|star|unhappy|angry", " ".join(words), re.IGNORECASE)


def test_answers_for_all_and_for_one(make_review_shop: Callable[..., Any]) -> None:
    """A private answer goes to the writer's own address, and is shown to nobody."""
    shop = make_review_shop()
    desk = Moderators(shop, shop.kit.moderation_app(lambda _: "Ylva"))
    person = shop.kit.desk.people.of_email("ann@example.com")
    review = shop.published(person=person.id, author="Ann")
    assert "kept" in desk.said(desk.do("reply", review=review.id, body="Thank you <b>all</b>", to="all"))
    assert "not written with this address" in desk.said(
        desk.do("reply", review=review.id, body="Psst", to="writer", email="eve@example.com")
    )
    assert shop.mails == []
    assert "kept" in desk.said(desk.do("reply", review=review.id, body="Psst", to="writer", email="Ann@Example.com "))
    assert [(mail[0].casefold(), "Psst" in mail[2]) for mail in shop.mails] == [("ann@example.com", True)]
    page = str(shop.kit.reviews(shop.product))
    assert "Thank you &lt;b&gt;all&lt;/b&gt;" in page
    assert "Psst" not in page
    assert "kept" in desk.said(desk.do("reply", review=review.id, body="", to="all"))
    assert "Thank you &lt;b" not in str(shop.kit.reviews(shop.product))


def test_what_was_reported_and_what_a_rule_held_is_told(desk: Moderators) -> None:
    """With the reader's words and the rule's name; hidden in the log of nobody."""
    review = desk.shop.published(author="Ann")
    desk.shop.post("/reviews/report", {"review": review.id, "reason": "copyright", "text": "From <i>my</i> blog"})
    html = desk.get("/?show=reported").body.decode()
    assert "Reported 1 time" in html
    assert "From &lt;i&gt;my&lt;/i&gt; blog" in html
    desk.shop.write(body="See https://evil.example/offer and https://evil.example/more", author="Bob")
    assert "Held: it holds a link." in desk.get().body.decode()


def test_erasing_asks_twice_and_leaves_no_text(desk: Moderators) -> None:
    """Without the tick nothing happens; afterwards the log knows that there was one, not what it said."""
    desk.shop.write(body="Personal words", author="Ann")
    review = desk.shop.kept()[0]
    assert "Tick the box" in desk.said(desk.do("erase", review=review.id))
    assert desk.said(desk.do("erase", review=review.id, sure="1")).startswith("Erased")
    assert desk.shop.kept() == []
    assert desk.get(f"/review/{review.id}").status == 404
    assert "Personal words" not in desk.get("/log").body.decode()


def test_questions_are_decided_and_answered(desk: Moderators) -> None:
    """The shop's answer publishes the question with it."""
    desk.shop.post("/reviews/ask", {"f": desk.shop.token, "body": "Is it <b>heavy</b>?", "author": "Ann"})
    desk.shop.post("/reviews/ask", {"f": desk.shop.token, "body": "Buy followers", "author": "Spam"})
    html = desk.get("/questions").body.decode()
    assert "Is it &lt;b&gt;heavy&lt;/b&gt;?" in html
    waiting = {question.body: question.id for question in desk.shop.kit.review_store.questions(status=None)[0]}
    assert desk.said(desk.do("question", subject=waiting["Buy followers"], status="rejected", reason="spam"))
    assert "Write something" in desk.said(desk.do("answer", question=waiting["Is it <b>heavy</b>?"], body=" "))
    assert "published" in desk.said(desk.do("answer", question=waiting["Is it <b>heavy</b>?"], body="A little."))
    shown, _ = desk.shop.kit.review_store.questions("mug-1")
    assert [(question.author, [answer.body for answer in question.answers]) for question in shown] == [
        ("Ann", ["A little."])
    ]
    assert "Buy followers" not in desk.get("/questions").body.decode()


def test_skew_is_to_be_seen(desk: Moderators) -> None:
    """Of five-star reviews all are shown, of one-star reviews none: the table says so."""
    desk.shop.published()
    low = desk.shop.kit.review_store.add(
        desk.shop.published(author="Bob").__class__(product_id="mug-1", rating=1, body="Bad"),
        [Entry(subject="x", action="submit", by="author", rating=1)],
    )
    desk.do("decide", review=low.id, status="rejected", reason="spam")
    rows = re.findall(r'<th scope="row">(\d)</th>(.*?)</tr>', desk.get("/shares").body.decode(), re.DOTALL)
    shares = {stars: re.findall(r">\s*(\d+ %|–)", row)[-1] for stars, row in rows}
    assert shares["5"] == "100 %"
    assert shares["1"] == "0 %"
    assert shares["3"] == "–"


def test_pages_keep_a_strict_policy(desk: Moderators) -> None:
    """Nothing inline, nothing from elsewhere, no frame around it, nothing kept by caches."""
    desk.shop.write(body="First")
    review = desk.shop.kept()[0]
    for path in ("/", "/questions", "/log", "/shares", f"/review/{review.id}"):
        answer = desk.get(path)
        html = answer.body.decode()
        assert "script-src 'self'" in desk.shop.header(answer, "content-security-policy")
        assert "frame-ancestors 'none'" in desk.shop.header(answer, "content-security-policy")
        assert desk.shop.header(answer, "cache-control") == "no-store"
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script|javascript:", html)
        for address in re.findall(r'(?:href|src|action)="([^"#]+)', html):
            assert address.startswith(("/staff/reviews/", "/p/"))
        for style in re.findall(r'rel="stylesheet" href="/staff/reviews([^"]+)', html):
            assert desk.get(style).status == 200


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_it_hangs_under_servers(kind: str, request: pytest.FixtureRequest, open_shop: Any) -> None:
    """As an app of its own, with the server's own headers as proof of who asks."""

    def authorize(native: Any) -> str | bool:
        if kind == "wsgi":
            return str(native.get("HTTP_X_USER", "")) or False
        return dict(native["headers"]).get(b"x-user", b"").decode() or False

    app = open_shop.kit.moderation_app(authorize)
    wire = request.getfixturevalue(f"serve_{kind}")(app.wsgi_app if kind == "wsgi" else app.asgi_app)
    assert wire.ask("GET", "/")[0] == 403
    status, _, body = wire.ask("GET", "/", X_User="Ylva")
    assert (status, b"Nothing waits" in body) == (200, True)
    assert (
        wire.ask("POST", "/decide", b"t=x", X_User="Ylva", Content_Type="application/x-www-form-urlencoded")[0] == 403
    )


def test_it_hangs_in_a_flask_app_behind_its_session(open_shop: Any) -> None:
    """As a blueprint, and by the dispatcher of Werkzeug."""
    app = Flask("shop")
    app.secret_key = "a secret of the test's own"
    kit = FlaskShareKit(
        base_url="https://shop.example", data_dir=open_shop.kit.settings.data_dir / "flask", deliver=False
    )
    kit.init_app(app)
    kit.moderation(app, lambda _: session.get("staff"), url_prefix="/staff/reviews")

    @app.get("/login")
    def login() -> ResponseReturnValue:
        session["staff"] = "Ylva"
        return ""

    client = app.test_client()
    assert client.get("/staff/reviews/").status_code == 403
    assert client.post("/staff/reviews/decide").status_code == 403
    client.get("/login")
    assert "Ylva" in client.get("/staff/reviews/").text
    assert client.get("/staff/reviews").headers["Location"] == "/staff/reviews/"
    page = client.get("/staff/reviews/questions").text
    assert 'href="/staff/reviews/log"' in page
    behind = app.extensions["sharekit"].moderation_app(lambda environ: environ.get("REMOTE_USER"))
    both = Client(DispatcherMiddleware(app, {"/moderate": behind.wsgi_app}))
    assert both.get("/moderate/").status_code == 403
    assert 'href="/moderate/log"' in both.get("/moderate/", environ_base={"REMOTE_USER": "Jens"}).text
    app.extensions["sharekit"].close()
