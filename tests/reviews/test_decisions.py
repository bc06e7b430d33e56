"""Deciding, changing, answering, voting, reporting: each with its line in the log, and the numbers right."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sharekit.exceptions import InvalidValueError
from sharekit.reviews.decisions import version_of
from sharekit.reviews.desk import Seen
from sharekit.reviews.drafts import Draft, DraftError
from sharekit.reviews.mail import MailError
from sharekit.reviews.model import Reason, Review
from sharekit.reviews.people import NOBODY, Customer, Person

Bench = Any
ANN = Customer(id="7", email="ann@example.com", orders={"mug": "1001"})


def handed_in(one: Bench, **fields: Any) -> Review:
    """A review by Ann."""
    return one.desk.submit_customer(ANN, Draft(**{"product_id": "mug", "rating": 4, "body": "A fine mug.", **fields}))


def test_publishing_counts_and_is_told_once(bench: Callable[..., Bench]) -> None:
    """The summary follows, the log says who, and publishing again after putting back is no second event."""
    one = bench()
    kept = handed_in(one)
    assert one.desk.decide(kept.id, "published", by="Mo", note="fine\x00 ").status == "published"
    assert one.store.summary("mug").count == 1
    one.desk.decide(kept.id, "pending", by="Mo")
    assert one.store.summary("mug").count == 0
    one.desk.decide(kept.id, "published", by="Jo")
    assert one.steps() == ["submitted", "published"]
    assert one.actions(kept.id) == ["submit", "publish", "pend", "publish"]
    entry = one.store.history(kept.id)[1]
    assert (entry.by, entry.note, entry.rating) == ("Mo", "fine", 4)


@pytest.mark.parametrize("reason", typing.get_args(Reason))
def test_every_reason_of_the_list_rejects(bench: Callable[..., Bench], reason: Reason) -> None:
    """A refused review has its reason, is not counted, and its refusal is in the log."""
    one = bench()
    kept = one.desk.decide(handed_in(one).id, "rejected", by="Mo", reason=reason)
    assert (kept.status, kept.reason) == ("rejected", reason)
    assert one.store.history(kept.id)[-1].reason == reason


@pytest.mark.parametrize("reason", ["negative", "low_rating", "bad_for_sales", "", "sentiment"])
def test_no_other_reason_does(bench: Callable[..., Bench], reason: Any) -> None:
    """A reason about the opinion is unknown, and nothing changes."""
    one = bench()
    kept = handed_in(one)
    with pytest.raises(LookupError, match="unknown reason"):
        one.desk.decide(kept.id, "rejected", by="Mo", reason=reason)
    assert one.store.get(kept.id).status == "pending"


def test_a_decision_without_sense_is_refused(bench: Callable[..., Bench]) -> None:
    """A rejection without a reason, a reason for publishing, an unknown status or review."""
    one = bench()
    kept = handed_in(one)
    with pytest.raises(InvalidValueError, match="needed to reject: one of spam"):
        one.desk.decide(kept.id, "rejected", by="Mo")
    with pytest.raises(InvalidValueError, match="reason"):
        one.desk.decide(kept.id, "published", by="Mo", reason="spam")
    with pytest.raises(LookupError, match="Did you mean 'rejected'"):
        one.desk.decide(kept.id, "reject", by="Mo")
    with pytest.raises(LookupError, match="There is no review"):
        one.desk.decide("x" * 1_000, "published", by="Mo")


def test_nobody_publishes_words_they_have_not_read(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """An author who changes a review between a moderator's look and click gets it looked at again."""
    one = bench()
    kept = handed_in(one)
    looked_at = version_of(kept)
    one.later(minutes=1)
    changed = one.desk.edit(kept.id, draft(body="Something else altogether."))
    with pytest.raises(InvalidValueError, match="look at it again"):
        one.desk.decide(kept.id, "published", by="Mo", version=looked_at)
    assert one.store.get(kept.id).status == "pending"
    assert one.desk.decide(kept.id, "published", by="Mo", version=version_of(changed)).status == "published"


def test_a_refused_author_is_told_and_may_try_again(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """The mail names the reason and holds a link; through it the review comes back to the queue, marked as edited."""
    one = bench(moderation="after")
    kept = handed_in(one, body="Call me, I'm Ann.")
    one.addresses[kept.id] = "ann@example.com"
    one.later(hours=1)
    one.desk.decide(kept.id, "rejected", by="Mo", reason="personal_data")
    to, _, text = one.mails[-1]
    assert to == "ann@example.com"
    assert "personal data" in text
    one.later(hours=1)
    again = one.desk.edit_by(one.token(), draft(body="A fine mug."))
    assert (again.status, again.reason, again.edited_at) == ("pending", None, one.now)
    assert one.store.history(kept.id)[-1].details["body"] == "Call me, I'm Ann."
    assert one.desk.decide(kept.id, "published", by="Mo").body == "A fine mug."


def test_an_author_who_is_known_is_led_to_their_review(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """By address or number it is found; by a browser, which others may share, and for other products it is not."""
    one = bench(writers="anyone")
    kept = handed_in(one)
    home = one.desk.people.of_browser("192.0.2.1", "agent")
    one.desk.submit(draft(), seen=Seen(browser=home))
    assert one.desk.own_review(one.desk.people.of_email("ann@example.com"), "mug") == kept
    assert one.desk.own_review(one.desk.people.of_customer("7", "ann@example.com"), "mug") == kept
    assert one.desk.own_review(one.desk.people.of_email("ann@example.com"), "bowl") is None
    assert one.desk.own_review(home, "mug") is None
    assert one.desk.own_review(NOBODY, "mug") is None


def test_an_edit_goes_back_to_the_queue_where_a_person_decides(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """With moderation before publishing, what nobody has read is not shown: the number goes down until it was read."""
    one = bench()
    kept = handed_in(one)
    one.desk.decide(kept.id, "published", by="Mo")
    edited = one.desk.edit(kept.id, draft(rating=1, body="It broke.", product_id="other", variant="x"))
    assert (edited.status, edited.product_id, edited.rating, edited.variant) == ("pending", "mug", 1, "")
    assert one.store.summary("mug").count == 0
    one.desk.decide(kept.id, "published", by="Mo")
    assert one.store.summary("mug").counts == (1, 0, 0, 0, 0)


def test_an_edit_is_shown_at_once_where_publishing_comes_first(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """Unless a rule holds it: the changed text passes the same rules as a new one."""
    one = bench(moderation="after")
    kept = handed_in(one)
    assert one.desk.edit(kept.id, draft(rating=2, body="Not so fine.")).status == "published"
    assert one.store.summary("mug").counts == (0, 1, 0, 0, 0)
    held = one.desk.edit(kept.id, draft(rating=2, body="Buy at spam-shop.com"))
    assert held.status == "pending"
    assert one.actions(kept.id)[-2:] == ["edit", "hold"]
    assert one.store.summary("mug").count == 0


def test_only_the_rating_changed_is_no_duplicate_of_itself(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """The rule about equal texts does not find the review's own."""
    one = bench(moderation="after")
    body = "A mug that I would buy again at any time."
    kept = handed_in(one, body=body)
    assert one.desk.edit(kept.id, draft(rating=5, body=body)).status == "published"


def test_an_edit_keeps_the_policy(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """What could not be handed in cannot be edited in."""
    one = bench(anonymous=False)
    kept = handed_in(one, author="Ann")
    with pytest.raises(DraftError, match="author: missing"):
        one.desk.edit(kept.id, draft())
    with pytest.raises(LookupError):
        one.desk.edit("nothing", draft(author="Ann"))


def test_a_public_answer_comes_and_goes(bench: Callable[..., Bench]) -> None:
    """It is cleaned, has its author and its line in the log, mails nobody, and an empty one takes it away."""
    one = bench()
    kept = handed_in(one)
    answered = one.desk.reply(kept.id, " Thank you!\x07 ", by="Mo", author="Mo of Marram")
    assert (answered.reply.body, answered.reply.author) == ("Thank you!", "Mo of Marram")
    assert one.desk.reply(kept.id, "  ", by="Mo").reply is None
    assert one.actions(kept.id) == ["submit", "reply", "reply"]
    assert one.mails == []


def test_a_private_answer_reaches_its_author_alone(bench: Callable[..., Bench]) -> None:
    """It is mailed to the address the review was written with; another address is refused, and so is none."""
    one = bench()
    kept = handed_in(one, title="My mug")
    with pytest.raises(InvalidValueError, match="is not known"):
        one.desk.reply(kept.id, "We send a new one.", by="Mo", private=True)
    with pytest.raises(InvalidValueError, match="not the address"):
        one.desk.reply(kept.id, "We send a new one.", by="Mo", private=True, email="other@example.com")
    assert one.store.get(kept.id).private_reply is None
    answered = one.desk.reply(kept.id, "We send a new one.", by="Mo", private=True, email="Ann@example.com")
    assert (answered.private_reply.body, answered.reply) == ("We send a new one.", None)
    to, _, text = one.mails[0]
    assert to == "Ann@example.com"
    assert "We send a new one." in text
    assert "“My mug”" in text


def test_a_private_answer_that_was_not_mailed_is_not_kept(bench: Callable[..., Bench]) -> None:
    """The shop must not believe it has answered."""

    def broken(to: str, subject: str, text: str) -> None:
        raise MailError("no")

    one = bench()
    kept = handed_in(one)
    one.desk._mail = broken
    with pytest.raises(MailError):
        one.desk.reply(kept.id, "Sorry!", by="Mo", private=True, email="ann@example.com")
    assert one.store.get(kept.id).private_reply is None


def test_a_decision_stands_when_its_mail_does_not_go_out(
    bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    """The rejection holds, and the log says that nobody was told."""

    def broken(to: str, subject: str, text: str) -> None:
        raise MailError("the server is away")

    one = bench()
    kept = handed_in(one)
    one.addresses[kept.id] = "ann@example.com"
    one.desk._mail = broken
    assert one.desk.decide(kept.id, "rejected", by="Mo", reason="spam").status == "rejected"
    assert "the server is away" in caplog.text


def test_a_vote_counts_once_and_may_change(bench: Callable[..., Bench]) -> None:
    """One voter, one vote, the last one; taken back it is gone."""
    one = bench(moderation="after")
    kept = handed_in(one)
    voter = one.desk.people.of_browser("192.0.2.1", "agent")
    assert [one.desk.vote(kept.id, voter, value) for value in (1, 1, -1, 0)] == [(1, 0), (1, 0), (0, 1), (0, 0)]


def test_what_is_no_vote_is_none(bench: Callable[..., Bench]) -> None:
    """One's own review (by any hash), an unknown or unpublished one, nobody's vote, another value: all the same."""
    one = bench(moderation="after")
    kept = handed_in(one)
    hidden = one.desk.submit_customer(Customer(id="9"), Draft(product_id="mug", rating=1, body="www.spam.example"))
    voter = one.desk.people.of_browser("192.0.2.1", "agent")
    assert one.desk.vote(kept.id, one.desk.people.of_customer("7", "ann@example.com"), 1) is None
    assert one.desk.vote(kept.id, one.desk.people.of_email("ANN@example.com"), 1) is None
    assert one.desk.vote(hidden.id, voter, 1) is None
    assert one.desk.vote("nothing", voter, 1) is None
    assert one.desk.vote(kept.id, NOBODY, 1) is None
    for value in (2, -2, 10**9, True, 1.0, "1", None, float("nan")):
        assert one.desk.vote(kept.id, voter, value) is None
    assert one.store.get(kept.id).helpful == 0


def test_the_browser_that_wrote_it_is_its_author(bench: Callable[..., Bench]) -> None:
    """Who wrote through a link of an order and votes without signing in votes on their own review all the same."""
    one = bench(moderation="after")
    home, elsewhere = (one.desk.people.of_browser(f"192.0.2.{n}", "agent") for n in (1, 2))
    token = one.desk.invite("1001", ["mug"], email="ann@example.com")
    kept = one.desk.submit_invited(token, Draft(product_id="mug", rating=5), seen=Seen(browser=home))
    assert one.desk.vote(kept.id, home, 1) is None
    assert one.desk.vote(kept.id, elsewhere, 1) == (1, 0)


def test_an_author_may_change_a_review_often_but_not_without_end(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """Every change keeps what was before, so twenty a day are enough."""
    one = bench()
    kept = handed_in(one)
    for n in range(20):
        one.desk.edit(kept.id, draft(body=f"Version {n}"))
    with pytest.raises(DraftError, match="too_often"):
        one.desk.edit(kept.id, draft(body="One more"))
    one.later(days=1)
    assert one.desk.edit(kept.id, draft(body="One more")).body == "One more"


def test_a_mail_function_that_fails_in_its_own_way_is_a_mail_error(bench: Callable[..., Bench]) -> None:
    """Whatever the shop's function raises, callers see a MailError, and a decision stands."""

    def broken(to: str, subject: str, text: str) -> None:
        raise RuntimeError(f"quota of {to}")

    one = bench()
    kept = handed_in(one)
    one.addresses[kept.id] = "ann@example.com"
    one.desk._mail = broken
    one.desk._address_of = lambda review: one.addresses[review.id]
    with pytest.raises(MailError, match=r"The mail function failed \(RuntimeError\)\.$"):
        one.desk.reply(kept.id, "Sorry!", by="Mo", private=True, email="ann@example.com")
    assert one.desk.decide(kept.id, "rejected", by="Mo", reason="spam").status == "rejected"
    one.addresses.clear()
    one.desk.decide(kept.id, "pending", by="Mo")
    assert one.desk.decide(kept.id, "rejected", by="Mo", reason="spam").status == "rejected"


def test_a_voter_of_the_old_secret_is_the_same(bench: Callable[..., Bench]) -> None:
    """After a change of secret the earlier vote is changed, not doubled."""
    old = bench(moderation="after")
    kept = handed_in(old)
    old.desk.vote(kept.id, old.desk.people.of_browser("192.0.2.1", "agent"), 1)
    new = bench(keys=("the next secret of the shop", "a secret of the shop"))
    assert new.desk.vote(kept.id, new.desk.people.of_browser("192.0.2.1", "agent"), -1) == (0, 1)


def test_a_report_is_for_people_to_decide(bench: Callable[..., Bench]) -> None:
    """It counts once per reporter, hides nothing, and its reason is of the list."""
    one = bench(moderation="after")
    kept = handed_in(one)
    people = [one.desk.people.of_browser(f"192.0.2.{n}", "agent") for n in range(3)]
    assert [one.desk.report(kept.id, person, "fake", "x" * 5_000) for person in (*people, people[0])] == [1, 2, 3, 3]
    assert one.store.get(kept.id).status == "published"
    assert len(one.store.history(kept.id)[-1].note) == 1_000
    assert one.desk.report(kept.id, people[0], "I dislike it") is None
    assert one.desk.report(kept.id, NOBODY, "fake") is None
    assert one.desk.report("nothing", Person(("b-1",)), "fake") is None


def test_the_numbers_are_right_whatever_happens(
    bench: Callable[..., Bench], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Submit, decide, edit, erase in any order: the summary always equals a recount."""

    class Any_order(RuleBasedStateMachine):  # noqa: N801
        reviews: Bundle[str] = Bundle("reviews")

        @initialize(moderation=st.sampled_from(["before", "after"]), keeps=st.sampled_from(["nothing", "rating"]))
        def open(self, moderation: str, keeps: str) -> None:
            folder = tmp_path_factory.mktemp("bench")
            self.one = bench(folder, moderation=moderation, erase_keeps=keeps, writers="anyone", one_per_product=False)

        @rule(target=reviews, rating=st.integers(1, 5), product=st.sampled_from(["mug", "bowl"]))
        def submit(self, rating: int, product: str) -> str:
            return str(self.one.desk.submit(Draft(product_id=product, rating=rating)).id)

        @rule(review=reviews, status=st.sampled_from(["published", "rejected", "pending"]))
        def decide(self, review: str, status: Any) -> None:
            if self.one.store.get(review):
                self.one.desk.decide(review, status, by="Mo", reason="spam" if status == "rejected" else None)

        @rule(review=reviews, rating=st.integers(1, 5))
        def edit(self, review: str, rating: int) -> None:
            if self.one.store.get(review):
                self.one.desk.edit(review, Draft(product_id="mug", rating=rating))

        @rule(review=reviews)
        def erase(self, review: str) -> None:
            self.one.desk.erase(review, by="Mo")

        @invariant()
        def right(self) -> None:
            if hasattr(self, "one"):
                assert self.one.store.recount() == []

        def teardown(self) -> None:
            if hasattr(self, "one"):
                self.one.store.close()

    run_state_machine_as_test(
        Any_order,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
