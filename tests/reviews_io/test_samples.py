"""Each vendor's file is known by its header, and each row becomes what it says, or a refusal that says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sharekit import Product
from sharekit.exceptions import UnknownNameError
from sharekit.reviews.importers import VENDORS, ImportFileError, Outcome, ProductIndex, Reader, look_at
from sharekit.reviews.model import Review
from sharekit.reviews.store import ReviewStore

Bring = Callable[..., Outcome]
Person = Callable[[str], str]
Products = tuple[Product, ...]

KNOWN = {
    "judgeme-import.csv": ("judgeme", "utf-8-sig", ",", "dmy"),
    "judgeme-export.csv": ("judgeme", "utf-8-sig", ",", None),
    "loox-import.csv": ("loox", "cp1252", ";", None),
    "loox-export.csv": ("loox", "utf-8-sig", ",", None),
    "yotpo.csv": ("yotpo", "utf-16", "\t", None),
    "shopify.csv": ("shopify", "utf-8-sig", ",", None),
    "woocommerce.csv": ("woocommerce", "utf-8-sig", ",", None),
    "woocommerce-joined.csv": ("woocommerce", "utf-8-sig", ",", None),
    "okendo.csv": ("okendo", "utf-8-sig", ",", None),
    "lines.jsonl": ("plain", "utf-8-sig", "", None),
}
BECAME = {
    "judgeme-import.csv": (
        {"published": 2},
        {7: "'12' is not from 1 to 5", 8: "rating: is empty", 9: "Did you mean 'stoneware-mug'", 10: "same as line 2",
         11: "in the future"},
    ),
    "judgeme-export.csv": ({"published": 1, "pending": 1, "rejected": 1}, {}),
    "loox-import.csv": ({"published": 2}, {}),
    "loox-export.csv": ({"published": 1, "pending": 1}, {4: "same as line 3"}),
    "yotpo.csv": ({"published": 2}, {3: "between two whole numbers"}),
    "shopify.csv": ({"published": 2, "pending": 1}, {4: "'0' is not from 1 to 5"}),
    "woocommerce.csv": (
        {"published": 1, "pending": 1, "rejected": 1},
        {3: "a further answer", 7: "rating: is empty"},
    ),
    "woocommerce-joined.csv": ({"published": 1}, {6: "of the type 'order_note'"}),
    "okendo.csv": ({"published": 1, "pending": 1}, {4: "has 12 cells"}),
    "lines.jsonl": (
        {"published": 3},
        {4: "product: is empty", 5: "'NaN' is not a number", 6: "is not JSON", 7: "is not an object"},
    ),
}  # fmt: skip
every_sample = pytest.mark.parametrize("name", BECAME)


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_known_by_what_is_in_it(samples: Path, make_reader: Callable[..., Reader], name: str) -> None:
    """Vendor, encoding, delimiter and order of dates are told by the file, whatever it is called."""
    with (samples / name).open("rb") as file:
        reader = make_reader(file)
        found = (reader.vendor.name, reader.file.encoding, reader.file.delimiter, reader.dates.order)
    assert found == KNOWN[name]


def test_every_vendor_has_a_sample() -> None:
    """Our own export is tested with the exporter."""
    assert {vendor for vendor, *_ in KNOWN.values()} == set(VENDORS) - {"sharekit"}
    assert set(KNOWN) == set(BECAME)


@every_sample
def test_rows_become_reviews_or_are_refused_with_a_reason(bring: Bring, store: ReviewStore, name: str) -> None:
    """By status, and line by line; the counters of the products are right afterwards."""
    outcome = bring(name)
    kept, refused = BECAME[name]
    assert dict(outcome.kept) == kept
    assert [remark.line for remark in outcome.refused] == list(refused)
    for remark in outcome.refused:
        assert refused[remark.line] in remark.reason
    assert len(list(store.all())) == sum(kept.values())
    assert store.recount() == []


@every_sample
def test_a_dry_run_says_the_same_and_keeps_nothing(bring: Bring, tmp_path: Path, name: str) -> None:
    """Not even an empty store is made."""
    dry = bring(name, dry_run=True)
    assert list(tmp_path.iterdir()) == []
    assert dry == bring(name)


@every_sample
def test_a_second_import_adds_nothing(bring: Bring, store: ReviewStore, name: str) -> None:
    """Ids are made of what is in a row, so the same row is the same review."""
    first = bring(name)
    before = list(store.all())
    again = bring(name)
    assert (again.kept.total(), again.already) == (0, first.kept.total())
    assert again.refused == first.refused
    assert list(store.all()) == before


@every_sample
def test_nothing_is_verified_and_no_address_is_kept(bring: Bring, store: ReviewStore, name: str) -> None:
    """Whatever the file says of purchases. An address is neither shown nor kept, in no field of any review."""
    bring(name)
    for review in store.all():
        assert not review.verified
        assert review.provenance.evidence == "imported"
        assert not re.search(r"@(example|shop)\.", repr(review))
        assert "203.0.113" not in repr(review)
        assert not review.photos


def one(store: ReviewStore, **fields: object) -> Review:
    """The only review with these values."""
    (found,) = [review for review in store.all() if all(getattr(review, key) == fields[key] for key in fields)]
    return found


def test_a_whole_review_of_judgeme(bring: Bring, store: ReviewStore, person: Person) -> None:
    """HTML is plain text, the gid is a product, the answer has its own date, the writer is known by a hash."""
    outcome = bring("judgeme-export.csv")
    review = one(store, title="Great")
    assert review.body == "Light & strong.\n\nI <3 it."
    assert (review.product_id, review.rating, review.author) == ("bowl", 5, "Ann")
    assert review.person == person("Ann@example.com")
    assert review.created_at == datetime(2025, 3, 2, 10, 12, tzinfo=UTC)
    assert review.reply is not None
    assert (review.reply.body, review.reply.at) == ("Glad to hear!", datetime(2025, 3, 3, 9, tzinfo=UTC))
    assert review.provenance.source == "Judge.me"
    assert one(store, status="rejected").reason == "spam"
    assert [remark.reason for remark in outcome.notes] == ["the status 'not-yet' is unknown; it waits for a decision"]


def test_traps_of_judgeme(bring: Bring, store: ReviewStore, person: Person) -> None:
    """Line breaks in quotes stay; an address in place of a name is not shown; pictures are named, never fetched."""
    outcome = bring("judgeme-import.csv")
    review = one(store, rating=2)
    assert review.body == 'Said "dishwasher safe".\nThe glaze\n\nis dull now.'
    assert (review.author, review.person) == ("", person("bob@example.com"))
    assert review.created_at == datetime(2024, 3, 5, tzinfo=UTC)  # 25/03/2024 told which part is the day
    notes = {remark.line: remark.reason for remark in outcome.notes}
    assert notes[2] == "pictures are not taken over: https://img.example/1.jpg https://img.example/2.jpg"
    assert notes[3] == "what is no address of a picture is left out: javascript:alert(1)"


def test_an_answer_in_a_row_of_its_own(bring: Bring, store: ReviewStore) -> None:
    """WordPress's comment of a registered user below a review is the shop's answer; of another one it is not."""
    bring("woocommerce.csv")
    review = one(store, title="Solid")
    assert review.body == "Solid.\nHeavy, too."
    assert review.reply is not None
    assert (review.reply.body, review.reply.author) == ("Thank you, Ann.", "")
    assert review.created_at == datetime(2023, 1, 10, 11, tzinfo=UTC)
    assert one(store, product_id="bowl").created_at == datetime(2023, 1, 14, 12, tzinfo=UTC)


def test_a_raw_dump_in_one_file_or_two(bring: Bring, store: ReviewStore, samples: Path) -> None:
    """The stars of wp_commentmeta are found joined to the comments or beside them: the same review, by its number."""
    with (samples / "woocommerce-commentmeta.csv").open("rb") as file:
        assert bring("woocommerce-comments.csv", meta=look_at(file)).kept == {"published": 1}
    review = one(store)
    assert (review.rating, review.title, review.reply and review.reply.body) == (4, "Good", "Thanks!")
    assert bring("woocommerce-joined.csv").already == 1
    with pytest.raises(ImportFileError, match="--meta"):
        bring("woocommerce-comments.csv")


def test_lines_without_name_and_date_are_counted_not_merged(bring: Bring, store: ReviewStore) -> None:
    """Two people may well write "Great!"; importing the file again still adds nothing."""
    bring("lines.jsonl")
    assert len([review for review in store.all() if review.body == "Great!"]) == 2
    named = one(store, author="Ann")
    assert (named.language, named.incentive, named.provenance.source) == ("en-GB", "sample", "old shop")


def test_names_that_come_late_in_a_file(bring: Bring, store: ReviewStore) -> None:
    """Lines of JSON may leave names out, also in all of the first lines."""
    lines = [json.dumps({"product": "mug", "rating": 5, "author": f"N{number}"}) for number in range(200)]
    lines.append(json.dumps({"sku": "BOWL-1", "stars": 2, "text": "Chipped.", "reviewer": "Zoe", "reply": "Sorry."}))
    assert bring("\n".join(lines).encode()).kept.total() == 201
    found = one(store, author="Zoe")
    assert (found.product_id, found.rating, found.body) == ("bowl", 2, "Chipped.")
    assert found.reply is not None


def test_reviews_of_another_website_are_shown_and_not_counted(bring: Bring, store: ReviewStore) -> None:
    """With --syndicated they carry the website's name, and no star of them is in the summary."""
    bring("shopify.csv", syndicated="Elsewhere")
    assert {(item.provenance.evidence, item.provenance.source) for item in store.all()} == {("syndicated", "Elsewhere")}
    assert (store.summary("mug").count, store.summary("mug").elsewhere) == (0, 1)


def test_one_review_per_person_and_product(bring: Bring, store: ReviewStore) -> None:
    """As the policy has it; without the policy all of them are kept."""
    bring("shopify.csv")
    outcome = bring("loox-export.csv")  # Ann and Bo reviewed the mug there, too
    assert [remark.reason for remark in outcome.refused][:2] == [
        "is a second review of the product by the same person"
    ] * 2
    assert bring("loox-export.csv", unique=False).kept.total() == 2


def test_employees_are_labelled(bring: Bring, store: ReviewStore) -> None:
    """By the domain of the address, which the policy knows (16 CFR 465.5)."""
    bring("shopify.csv", is_staff=lambda email: email.startswith("ann@"))
    assert {review.author: review.relation for review in store.all()} == {
        "Ann": "employee", "Bo": "customer", "Dee": "customer",
    }  # fmt: skip


def test_without_a_catalogue_names_are_taken_as_they_stand(bring: Bring, store: ReviewStore) -> None:
    """There is nothing to hold them against."""
    bring("judgeme-import.csv", products=ProductIndex())
    assert {review.product_id for review in store.all()} == {"stoneware-mug", "stonware-mug"}


def test_unknown_products_are_counted(bring: Bring, products: Products) -> None:
    """So that the merchant sees what to put into the mapping."""
    index = ProductIndex(products)
    bring("okendo.csv", products=index)
    assert index.unknown == {}  # found by SKU
    bring("yotpo.csv", products=index)
    assert index.unknown == {"8811": 2}


def test_a_reviewed_product_that_nobody_named(bring: Bring, store: ReviewStore, products: Products) -> None:
    """Goes where --product says, and only there."""
    bring("lines.jsonl", products=ProductIndex(products, nameless="bowl"))
    assert one(store, author="Bo").product_id == "bowl"
    with pytest.raises(ImportFileError, match=r"no product 'blow'\. Did you mean 'bowl'"):
        ProductIndex(products, nameless="blow")


def test_a_vendor_may_be_named(bring: Bring) -> None:
    """A wrong one is met with what is missing, a misspelt one with the right one."""
    assert bring("shopify.csv", vendor="plain", dry_run=True).kept.total() == 3
    with pytest.raises(
        ImportFileError, match=r"not a file of Yotpo: it has no column .*Its columns are 'product_handle'"
    ):
        bring("shopify.csv", vendor="yotpo")
    with pytest.raises(UnknownNameError, match="'judgeme'"):
        bring("shopify.csv", vendor="judgme")
