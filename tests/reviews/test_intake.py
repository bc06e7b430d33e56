"""Handing in: who may write, once, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharekit.exceptions import ConfigError, JournalError
from sharekit.reviews.desk import Desk, Seen
from sharekit.reviews.drafts import Draft, DraftError
from sharekit.reviews.model import Provenance
from sharekit.reviews.people import Customer, Person
from sharekit.reviews.policy import ReviewPolicy

Bench = Any
BUYER = Customer(id="7", email="ann@example.com", orders={"mug": "1001"})
VISITOR = Customer(id="8")


@pytest.mark.parametrize(
    ("writers", "allowed"),
    [
        ("buyers", {"order", "bought"}),
        ("customers", {"order", "bought", "account"}),
        ("confirmed", {"order", "bought", "account", "email"}),
        ("anyone", {"order", "bought", "account", "email", "none"}),
    ],
)
def test_the_policy_says_who_may_write(
    bench: Callable[..., Bench], draft: Callable[..., Draft], writers: str, allowed: set[str]
) -> None:
    """Each way in is open exactly where the policy opens it."""
    one = bench(writers=writers)
    ways: dict[str, Callable[[], object]] = {
        "order": lambda: one.desk.submit_invited(one.desk.invite("1", ["p1"]), draft(product_id="p1")),
        "bought": lambda: one.desk.submit_customer(BUYER, draft()),
        "account": lambda: one.desk.submit_customer(VISITOR, draft()),
        "email": lambda: one.desk.request_confirmation(draft(product_id="p4"), "bob@example.com"),
        "none": lambda: one.desk.submit(draft(product_id="p5")),
    }
    for name, way in ways.items():
        if name in allowed:
            way()
        else:
            with pytest.raises(DraftError, match="form: not_allowed"):
                way()


def test_a_customer_who_bought_it_is_verified(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """The badge comes from the order that the shop names, for that product alone."""
    one = bench()
    assert one.desk.submit_customer(BUYER, draft()).provenance == Provenance(evidence="order", order_id="1001")
    assert one.desk.submit_customer(BUYER, draft(product_id="bowl")).provenance == Provenance(evidence="account")


def test_nothing_is_kept_before_the_mail_is_confirmed(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """The draft travels in the mail; pressing the button hands it in, once, as the person it was mailed to."""
    one = bench()
    one.desk.request_confirmation(draft(body="A fine mug.", author="Bob"), " Bob@Example.com ", locale="de")
    assert list(one.store.all()) == []
    assert list(one.store.log()) == []
    to, _, text = one.mails[0]
    assert to == "Bob@Example.com"
    assert "Marram" in text
    assert "https://shop.example/sharekit/reviews/confirm/" in text
    kept = one.desk.confirm(one.token())
    assert (kept.body, kept.author, kept.provenance.evidence) == ("A fine mug.", "Bob", "email")
    assert kept.person == one.desk.people.of_email("bob@example.com").id
    assert one.desk.confirm(one.token()) is None
    assert one.desk.confirmation(one.token()) is None


def test_a_confirmation_mail_carries_no_words_of_a_stranger(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """Anybody may type anybody's address: what they typed besides is not mailed there in clear."""
    one = bench()
    one.desk.request_confirmation(
        draft(title="Buy pills", body="at spam.example", author="Evil Name"), "ann@example.com"
    )
    _, subject, text = one.mails[0]
    assert not any(words in subject + text for words in ("Buy pills", "spam.example", "Evil Name"))


def test_an_address_is_not_flooded(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """After three mails a day to one address the others are left out without a word; the next day there are more."""
    one = bench()
    for n in range(50):
        one.desk.request_confirmation(draft(product_id=f"p{n}"), "ann@example.com")
    assert len(one.mails) == 3
    one.later(days=1)
    one.desk.request_confirmation(draft(), "ann@example.com")
    assert len(one.mails) == 4


def test_without_mail_nothing_can_be_confirmed(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """The error names the setting that is missing."""
    desk = Desk(bench().store, ReviewPolicy(), ["a secret of the shop"])
    with pytest.raises(ConfigError, match=r"^mail:"):
        desk.request_confirmation(draft(), "ann@example.com")


def test_a_person_reviews_a_product_once(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """By link, by account and by mail it is the same person, and the second review is refused with a way on."""
    one = bench()
    one.desk.request_confirmation(draft(), "ann@example.com")
    assert one.desk.submit_customer(BUYER, draft()) is not None
    for again in (
        lambda: one.desk.submit_customer(BUYER, draft()),
        lambda: one.desk.confirm(one.token()),
        lambda: one.desk.submit_invited(one.desk.invite("1001", ["mug"], email="ANN@example.com"), draft()),
    ):
        with pytest.raises(DraftError) as caught:
            again()
        assert caught.value.errors == {"": "duplicate"}
    assert len(list(one.store.all())) == 1


def test_one_person_under_several_hashes_writes_once(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """A customer number known before the address was, and an older secret, are found; later reviews join the first."""
    old = bench()
    first = old.desk.submit_customer(Customer(id="7"), draft())
    new = bench(keys=("the next secret of the shop", "a secret of the shop"))
    with pytest.raises(DraftError, match="duplicate"):
        new.desk.submit_customer(BUYER, draft())
    assert new.desk.submit_customer(BUYER, draft(product_id="bowl")).person == first.person


def test_several_reviews_are_a_policy(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """With one_per_product off the same person may write again."""
    one = bench(one_per_product=False)
    assert one.desk.submit_customer(BUYER, draft()).id != one.desk.submit_customer(BUYER, draft()).id


def test_staff_may_not_review_unless_the_policy_says_so(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """By their address or by what the shop tells of them; where they may, they are labelled."""
    closed = bench(staff_domains=["shop.example"])
    for customer in (Customer(id="1", email="x@shop.example"), Customer(id="2", relation="family")):
        with pytest.raises(DraftError, match="staff"):
            closed.desk.submit_customer(customer, draft())
    with pytest.raises(DraftError, match="staff"):
        closed.desk.request_confirmation(draft(), "y@shop.example")
    opened = bench(staff_domains=["shop.example"], staff_reviews=True)
    assert opened.desk.submit_customer(Customer(id="1", email="x@shop.example"), draft()).relation == "employee"
    assert opened.desk.submit_customer(Customer(id="2", relation="family"), draft()).relation == "family"
    opened.desk.request_confirmation(draft(), "y@shop.example")
    assert opened.desk.confirm(opened.token()).relation == "employee"
    token = opened.desk.invite("1", ["bowl"], email="z@shop.example")
    assert opened.desk.submit_invited(token, draft(product_id="bowl")).relation == "employee"


def test_moderation_before_and_after(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Before: it waits. After: it is published at once, with who did so in the log, and both steps are recorded."""
    before = bench()
    kept = before.desk.submit_customer(BUYER, draft())
    assert (kept.status, before.steps(), before.actions(kept.id)) == ("pending", ["submitted"], ["submit"])
    after = bench(moderation="after")
    kept = after.desk.submit_customer(BUYER, draft(product_id="bowl"))
    assert (kept.status, kept.published_at) == ("published", after.now)
    assert after.steps() == ["submitted", "published"]
    assert after.actions(kept.id) == ["submit", "publish"]
    assert after.store.summary("bowl").counts == (0, 0, 0, 1, 0)


def test_an_event_tells_what_reports_need_and_no_more(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Product, rating, review and the pseudonym of the day; no text, name or hash of a person."""
    one = bench()
    kept = one.desk.submit_customer(
        BUYER, draft(body="Secret words", author="Ann"), seen=Seen(visitor="v" * 16, gpc=True)
    )
    event = one.events[0]
    assert (event.name, event.product_id, event.visitor, event.gpc) == ("review", "mug", "v" * 16, True)
    assert event.props == {"step": "submitted", "review": kept.id, "rating": 4, "status": "pending", "verified": True}


def test_a_review_outlives_a_journal_that_is_full(
    bench: Callable[..., Bench], draft: Callable[..., Draft], caplog: pytest.LogCaptureFixture
) -> None:
    """When the event cannot be kept the review is, and the log says what was lost."""

    def full(_: object) -> None:
        raise JournalError("no space left")

    one = bench()
    desk = Desk(one.store, ReviewPolicy(), ["a secret of the shop"], record=full)
    assert one.store.get(desk.submit_customer(BUYER, draft()).id) is not None
    assert "no space left" in caplog.text


def test_consent_is_kept_with_the_words_agreed_to(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Without it nothing is taken, also from code; with it the log has the text of that day."""
    one = bench(consent="I agree.")
    with pytest.raises(DraftError, match="consent"):
        one.desk.submit_customer(BUYER, draft())
    kept = one.desk.submit_customer(BUYER, draft(consent=True))
    assert one.store.history(kept.id)[0].details["consent"] == "I agree."


def test_an_unknown_writer_is_told_apart_by_the_browser(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """Where everybody may write, a browser reviews a product once, and another one does too."""
    one = bench(writers="anyone")
    seen = [Seen(browser=one.desk.people.of_browser(f"192.0.2.{n}", "agent")) for n in (1, 2)]
    assert one.desk.submit(draft(), seen=seen[0]) is not None
    with pytest.raises(DraftError, match="duplicate"):
        one.desk.submit(draft(), seen=seen[0])
    assert one.desk.submit(draft(), seen=seen[1]) is not None


def test_the_desk_takes_no_imports(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """What came from elsewhere has its own road; it cannot be handed in as if it were written here."""
    one = bench(writers="anyone")
    with pytest.raises(DraftError, match="not_allowed"):
        one.desk.submit(draft(), provenance=Provenance(evidence="imported", source="Other"), person=Person(("e-1",)))
