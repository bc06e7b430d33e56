"""Signed links: what they carry, and that every bad one is answered alike."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Product
from sharekit.events.signing import Signer
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.drafts import Draft, DraftError

Bench = Any


def payload(token: str) -> str:
    """What somebody reads who has only the link."""
    data = token.partition(".")[0] if not token.startswith(".") else token[1:].partition(".")[0]
    raw = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
    return (zlib.decompress(raw) if token.startswith(".") else raw).decode()


def test_one_link_is_for_all_of_an_order(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Each product is reviewed once through it; then it is as bad as any other."""
    one = bench()
    mug = Product(id="mug", title="Mug", url="/p/mug")
    token = one.desk.invite("1001", [mug, {"id": "bowl", "variant": "blue"}], email="ann@example.com", name="Ann")
    said = one.desk.invitation(token)
    assert [(item.id, item.title, item.url, item.variant, item.done) for item in said.products] == [
        ("mug", "Mug", "/p/mug", "", False), ("bowl", "", "", "blue", False),
    ]  # fmt: skip
    first = one.desk.submit_invited(token, draft())
    assert (first.provenance.order_id, first.verified) == ("1001", True)
    assert [item.done for item in one.desk.invitation(token).products] == [True, False]
    assert one.desk.submit_invited(token, draft()) is None
    second = one.desk.submit_invited(token, draft(product_id="bowl", variant="red"))
    assert second.variant == "blue"
    assert first.person == second.person
    assert one.desk.invitation(token) is None


def test_looking_at_a_link_changes_nothing(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Mail scanners open every link: reading one, ten times, neither uses it up nor writes a review."""
    one = bench()
    token = one.desk.invite("1001", ["mug"])
    one.desk.request_confirmation(draft(), "ann@example.com")
    for _ in range(10):
        assert one.desk.invitation(token) is not None
        assert one.desk.confirmation(one.token()) is not None
    assert list(one.store.all()) == []
    assert one.desk.submit_invited(token, draft()) is not None


def test_a_second_link_of_an_order_gives_no_second_review(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """Where several reviews per person are allowed, an order still counts once per product."""
    one = bench(one_per_product=False)
    tokens = [one.desk.invite("1001", ["mug"], days=days) for days in (10, 20)]
    assert one.desk.submit_invited(tokens[0], draft()) is not None
    assert one.desk.submit_invited(tokens[1], draft()) is None


def test_every_bad_link_is_answered_alike(
    bench: Callable[..., Bench], draft: Callable[..., Draft], caplog: pytest.LogCaptureFixture
) -> None:
    """Forged, changed, of another purpose or shop, too old, used up: always None, and the log holds no link."""
    caplog.set_level(logging.DEBUG)
    one = bench(writers="anyone")
    good = one.desk.invite("1001", ["mug"], email="ann@example.com")
    one.desk.request_confirmation(draft(product_id="bowl"), "ann@example.com")
    confirm = one.token()
    review = one.desk.submit(draft(product_id="vase"))
    edit = one.desk.edit_token(review)
    foreign = Signer(["another shop's secret"], "review-order").sign(
        {"o": "1", "p": '[["mug","","",""]]', "e": "9999999999"}
    )
    used = one.desk.invite("1002", ["mug"])
    one.desk.submit_invited(used, draft())
    bad = ["", "x", "." * 100, "a.b", good[:-1], good + "A", good.swapcase(), foreign, used, "ü", "\x00", "A" * 100_000]
    for token in [*bad, confirm, edit]:
        assert one.desk.invitation(token) is None
        assert one.desk.submit_invited(token, draft()) is None
    for token in [*bad, good, edit]:
        assert one.desk.confirmation(token) is None
        assert one.desk.confirm(token) is None
    for token in [*bad, good, confirm]:
        assert one.desk.editable(token) is None
        assert one.desk.edit_by(token, draft()) is None
    one.later(days=61)
    assert one.desk.invitation(good) is None
    assert one.desk.confirm(confirm) is None
    assert one.desk.editable(edit) is None
    assert one.desk.submit_invited(good, draft(product_id="other")) is None
    for secret in (good, confirm, edit, "ann@example.com"):
        assert secret not in caplog.text
        assert secret not in repr(one.events)
        assert not any(secret in repr(entry) for entry in one.store.log())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_link_passes(data: st.DataObject, bench: Callable[..., Bench]) -> None:
    """One character changed anywhere in a link makes it a bad one."""
    one = bench()
    token = one.desk.invite("1001", ["mug"], email="ann@example.com")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABab01-_."))
    changed = token[:place] + other + token[place + 1 :]
    # The last character of base64 has bits that mean nothing.
    if changed != token and place not in {len(token) - 1, token.rindex(".") - 1}:
        assert one.desk.invitation(changed) is None


def test_a_link_holds_a_hash_and_not_the_address(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """Whoever decodes a link finds neither the buyer's address nor the customer number."""
    one = bench()
    token = one.desk.invite("1001", ["mug"], email="ann@example.com", customer_id="customer-77")
    one.desk.request_confirmation(draft(), "bob@example.com")
    for text in (payload(token), payload(one.token())):
        assert json.loads(text)
        assert "example.com" not in text
        assert "customer-77" not in text


def test_a_link_outlives_a_change_of_secret(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """A link made with the old secret works, and its writer is the same person under the new one."""
    old = bench()
    token = old.desk.invite("1001", ["mug"], email="ann@example.com")
    new = bench(keys=("the next secret of the shop", "a secret of the shop"))
    assert new.desk.submit_invited(token, draft()) is not None
    with pytest.raises(DraftError, match="duplicate"):
        new.desk.submit_invited(new.desk.invite("1002", ["mug"], email="ann@example.com"), draft())


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"order_id": ""}, "order_id"),
        ({"products": []}, "products"),
        ({"products": [{"id": ""}]}, "products"),
        ({"products": [{"id": "mug", "name": "Mug"}]}, "products"),
        ({"products": [{"id": "mug", "url": "javascript:alert(1)"}]}, "products"),
        ({"products": [f"mug-{n}" for n in range(51)]}, "products"),
        ({"incentive": "discount"}, "incentive"),
        ({"email": "boss@shop.example"}, "email"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_an_invitation_that_cannot_work_is_refused(
    bench: Callable[..., Bench], options: dict[str, Any], field: str
) -> None:
    """An unlisted incentive, an employee, an empty order: each error names its field."""
    one = bench(staff_domains=["shop.example"])
    with pytest.raises(InvalidValueError, match=rf"^{field}:"):
        one.desk.invite(**{"order_id": "1001", "products": ["mug"], **options})


def test_what_was_promised_is_a_label_whatever_the_rating(
    bench: Callable[..., Bench], draft: Callable[..., Draft]
) -> None:
    """The incentive of the invitation is kept with the review for one star as for five."""
    one = bench(incentives=["discount"])
    for rating in range(1, 6):
        token = one.desk.invite(f"{rating}", ["mug"], incentive="discount")
        assert one.desk.submit_invited(token, draft(rating=rating)).incentive == "discount"


def test_a_long_draft_travels_or_is_refused_clearly(bench: Callable[..., Bench], draft: Callable[..., Draft]) -> None:
    """A thorough review fits into a mail's link below 4,000 characters; what does not says so, and nothing is sent."""
    one = bench()
    words = "The glaze is even, the handle fits two fingers, and it keeps tea warm for half an hour. "
    body = "".join(f"{n}. {words}" for n in range(30))
    assert len(body) > 2_500
    one.desk.request_confirmation(draft(body=body), "ann@example.com")
    link = next(line for line in one.mails[-1][2].splitlines() if line.startswith("https://"))
    assert len(link) < 4_000
    assert one.desk.confirm(one.token()).body == body.strip()
    noise = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(5_000))
    with pytest.raises(DraftError, match="too_long_for_mail"):
        one.desk.request_confirmation(draft(product_id="bowl", body=noise), "ann@example.com")
    assert len(one.mails) == 1
