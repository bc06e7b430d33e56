"""Stars, the list of reviews, and the structured data: one set of numbers, told in three ways."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit import Product, Shareable, ShareKit
from sharekit.exceptions import InvalidValueError, TokenError, UnknownNameError
from sharekit.reviews.model import Photo, Provenance, Reply, Review
from sharekit.reviews.summary import Summary
from sharekit.widgets.reviews.reading import MAX_KEPT, understand

Read = Callable[[str], list[Any]]
Fill = Callable[..., list[Review]]


def data_of(html: str) -> dict[str, Any]:
    """The structured data of a page's head."""
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


def texts(elements: list[Any], name: str) -> list[str]:
    """The texts of the elements with that class."""
    return [item.text for item in elements if name in item.attrs.get("class", "").split()]


def test_without_reviews_there_are_no_stars_and_no_numbers(kit: ShareKit, plate: Product, read: Read) -> None:
    """Nothing at zero: no stars on cards, no rating in the structured data; the section says so and invites."""
    assert kit.rating(plate) == ""
    assert kit.ratings([plate]) == {"plate-1": ""}
    data = data_of(str(kit.meta(plate, reviews=5)))
    assert not {"aggregateRating", "review"} & set(data)
    html = str(kit.reviews(plate))
    assert "There are no reviews yet." in html
    assert "Write a review" in html
    assert texts(read(html), "sk-stars") == []


def test_what_is_shown_is_what_is_marked_up(kit: ShareKit, mug: Product, fill: Fill, read: Read) -> None:
    """Stars, section and JSON-LD say 4.3 of 3 reviews; the percentages add up; the days are the shop's."""
    kit.settings.timezone = "Europe/Berlin"
    fill(5, 5, 3)
    found = kit.read_reviews(mug)
    section, card = read(kit.reviews(mug, found=found)), read(kit.rating(mug))
    data = data_of(str(kit.meta(mug, reviews=found)))
    assert data["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": "4.3",
        "ratingCount": 3,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert texts(card, "sk-stars") == ["4.3 of 5 stars"]
    assert texts(card, "sk-rating__count") == ["3 reviews"]
    assert texts(section, "sk-stars") == ["4.3 of 5 stars", "5 of 5 stars", "5 of 5 stars", "3 of 5 stars"]
    assert [item["reviewRating"]["ratingValue"] for item in data["review"]] == [5, 5, 3]
    assert sum(int(found) for bar in texts(section, "sk-bar") for found in re.findall(r"(\d+)%", bar)) == 100
    days = [item.attrs["datetime"] for item in section if item.tag == "time"]
    assert [item["datePublished"] for item in data["review"]] == days
    assert days[0] == "2026-11-01"


def test_the_classes_of_stars_are_whole_stars_and_tenths(kit: ShareKit, mug: Product) -> None:
    """Every value has its classes; only five from everybody are five."""
    for counts in ((0, 0, 0, 0, 3), (3, 0, 0, 0, 0), (0, 0, 0, 1, 400), (1, 0, 0, 0, 2), (0, 1, 0, 0, 1)):
        summary = Summary(product_id="mug-1", **{f"n{stars}": count for stars, count in enumerate(counts, 1)})
        html = str(kit.rating(mug, summary=summary))
        whole, tenths = re.search(r'"sk-stars sk-s(\d)(?: sk-t(\d))?"', html).groups()
        assert Decimal(f"{whole}.{tenths or 0}") == summary.mean
    assert summary.mean == Decimal("3.5")


def test_many_stars_are_one_query(kit: ShareKit, mug: Product, plate: Product, fill: Fill, queries: list[str]) -> None:
    """A list of products asks once; a section twice, or three times where the shop asks questions."""
    fill(4)
    stars = kit.ratings([mug, plate, *(Product(id=f"p{n}", title="P", url="/p") for n in range(22))], link=True)
    assert queries == ["summaries"]
    assert 'href="/p/mug-1#sk-reviews"' in stars["mug-1"]
    queries.clear()
    found = kit.read_reviews(mug)
    kit.meta(mug, reviews=found)
    kit.reviews(mug, found=found)
    assert sorted(queries) == ["page", "summaries"]


def test_the_rows_say_in_words_what_they_draw(kit: ShareKit, mug: Product, fill: Fill, read: Read) -> None:
    """With what following them does; a row with reviews never says 0 %, one without is no link."""
    fill(5, 5, 4)
    bars = [item for item in read(kit.reviews(mug, args={"sk-stars": "5"})) if "sk-bar" in item.attrs.get("class", "")]
    bars = [item for item in bars if item.tag in {"a", "span"}]
    assert [bar.tag for bar in bars] == ["a", "a", "span", "span", "span"]
    assert bars[0].text == "5 stars 67%, 2 reviews, shown alone now, show all"
    assert bars[0].attrs["aria-current"] == "true"
    assert bars[0].attrs["href"] == "?#sk-reviews"
    assert bars[1].text == "4 stars 33%, 1 review, show only these"
    few = Summary(product_id="mug-1", n1=1, n5=999)
    found = kit.read_reviews(mug)
    html = kit.reviews(mug, found=type(found)(asked=found.asked, summary=few, page=found.page))
    assert "less than 1%" in html


def test_everything_that_must_be_known_is_said(
    kit: ShareKit, mug: Product, fill: Fill, review: Any, read: Read
) -> None:
    """Labels stand before the text; imported is never verified; the shop's answer is named as the shop's."""
    fill(
        review(author="Ann", body="Text", provenance=Provenance(evidence="order", order_id="1"), incentive="discount"),
        review(body="Text", relation="employee", provenance=Provenance(evidence="imported", source="Judge.me")),
        review(
            body="Text",
            provenance=Provenance(evidence="email"),
            edited_at=review().created_at,
            variant="blue, M",
            reply=Reply(body="Thanks"),
            private_reply=Reply(body="Between us"),
        ),
        review(author="Bo", body="Text", provenance=Provenance(evidence="syndicated", source="Elsewhere")),
    )
    html = str(kit.reviews(mug))
    about = texts(read(html), "sk-review__by")
    assert "Verified purchase" in about[0]
    assert "Got a discount for this review" in about[0]
    assert about[1].startswith("Anonymous")
    assert "Imported from Judge.me" in about[1]
    assert "Works for this shop" in about[1]
    assert "Verified" not in "".join(about[1:])
    assert "Edited" in about[2]
    assert "blue, M" in about[2]
    assert about[3].startswith("Answer of Tide")
    assert "From Elsewhere, not counted here" in about[4]
    assert "Between us" not in html
    for item in re.findall(r'<li class="sk-review">.*?</li>', html):
        assert item.index("sk-review__by") < item.index("sk-review__body")
    data = data_of(str(kit.meta(mug, reviews=5)))
    assert data["aggregateRating"]["ratingCount"] == 3
    assert [item["author"]["name"] for item in data["review"]] == ["Ann"]


def test_only_reviews_of_the_page_are_marked_up(kit: ShareKit, mug: Product, fill: Fill) -> None:
    """The filtered page marks up what it lists, and the rating of all."""
    fill(5, 4, 3, 2, 1)
    data = data_of(str(kit.meta(mug, reviews=5, args="sk-stars=2")))
    assert [item["reviewRating"]["ratingValue"] for item in data["review"]] == [2]
    assert data["aggregateRating"]["ratingValue"] == "3.0"
    assert len(data_of(str(kit.meta(mug, reviews=2)))["review"]) == 2
    assert "review" not in data_of(str(kit.meta(mug, reviews=0)))
    assert "aggregateRating" not in data_of(str(kit.meta(mug)))
    with pytest.raises(InvalidValueError, match="reviews"):
        kit.meta(Shareable(url="/", title="Home"), reviews=1)


def test_the_answers_are_summed_up_with_their_number(
    make_kit: Callable[..., ShareKit], mug: Product, review: Any, tmp_path: Any, read: Read
) -> None:
    """Most of how many; a question without answers to choose from is only shown with each review."""
    kit = make_kit(
        data_dir=tmp_path / "asked",
        deliver=False,
        review_policy={
            "attributes": [
                {"key": "fit", "label": "Fit", "options": ["small", "right"]},
                {"key": "use", "label": "Use"},
            ]
        },
    )
    for fit in ("small", "small", "right"):  # the newest first
        kit.review_store.add(review(answers={"fit": fit, "use": "tea", "old": "asked once"}))
    html = kit.reviews(mug)
    summary, *each = texts(read(html), "sk-review__answers")
    assert summary == "Fitsmall 67% of 3 answers"
    assert each[-1] == "FitrightUseteaoldasked once"


def test_photos_have_sizes_and_words(kit: ShareKit, mug: Product, fill: Fill, review: Any, read: Read) -> None:
    """Room is kept for them; whose they are and of what is said."""
    photos = [Photo(id=name, width=800, height=600, thumb_width=200, thumb_height=150) for name in ("one", "two")]
    fill(review(author="Ann {title}", photos=photos), review(author="Bo", photos=photos[:1]))
    images = [item.attrs for item in read(kit.reviews(mug, mount="/shop/kit")) if item.tag == "img"]
    assert [image["alt"] for image in images] == [
        "Photo 1 by Ann {title}, review of Stoneware mug",
        "Photo 2 by Ann {title}, review of Stoneware mug",
        "Photo by Bo, review of Stoneware mug",
    ]
    assert images[0]["src"] == "/shop/kit/reviews/photos/one.webp"
    assert (images[0]["width"], images[0]["height"]) == ("200", "150")


def test_long_texts_are_folded_at_the_end_of_a_sentence(kit: ShareKit, mug: Product, fill: Fill, review: Any) -> None:
    """Nothing is lost between the two parts but the space where they were cut."""
    sentence = "It holds a proper amount of tea. "
    for body in (sentence * 40, "x" * 2000, ("word " * 300).strip(), "One line.\n\n" * 90):
        (item,) = fill(review(product_id=f"p{hash(body)}", body=body.strip()))
        product = Product(id=item.product_id, title="P", url="/p")
        parts = re.findall(r'<p class="sk-review__body">(.*?)</p>', str(kit.reviews(product)), re.DOTALL)
        assert len(parts) == 2
        assert "".join("".join(parts).split()) == "".join(body.split())
        assert len(parts[0]) <= 600


WRONG = [
    "",
    "0",
    "6",
    "1e9",
    "NaN",
    "-1",
    "５",
    "newest ",
    "<script>",
    "\x00",
    "a" * 5000,
    "photos,verified,x",
    "' OR 1=1",
]


@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(
                ["sk-sort", "sk-stars", "sk-with", "sk-lang", "sk-after", "sk-before", "sk-report", "x", "sk"]
            ),
            st.sampled_from(WRONG) | st.text(max_size=30),
        ),
        max_size=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_no_address_is_an_error(kit: ShareKit, mug: Product, pairs: list[tuple[str, str]], read: Read) -> None:
    """Wrong values are left out; links keep other parameters, and never grow with what a stranger puts there."""
    asked = understand(pairs, "mug-1")
    assert asked.query.stars in range(6)
    assert sum(len(name) + len(value) for name, value in asked.others) <= MAX_KEPT
    assert dict(parse_qsl(asked.link()[1:].partition("#")[0])).keys() <= {name for name, _ in pairs} | {"sk-with"}
    elements = read(kit.reviews(mug, args=pairs))
    assert elements[1].attrs["id"] == "sk-reviews"


def test_parameters_come_as_frameworks_have_them() -> None:
    """A mapping, a mapping with several values, pairs, or the text of the address."""
    from werkzeug.datastructures import MultiDict

    expected = understand([("colour", "ash"), ("colour", "sand"), ("sk-stars", "4")], "p")
    assert understand("?colour=ash&colour=sand&sk-stars=4&utm_source=x&sk=abc", "p") == expected
    assert understand(MultiDict([("colour", "ash"), ("colour", "sand"), ("sk-stars", "4")]), "p") == expected
    assert understand({"colour": ["ash", "sand"], "sk-stars": "4"}, "p") == expected
    with pytest.raises(InvalidValueError, match="args"):
        understand(7, "p")


def test_a_fragment_is_the_section_as_the_page_had_it(kit: ShareKit, mug: Product, fill: Fill, read: Read) -> None:
    """What the script is told to ask for gives the page's own section, without the style sheet."""
    fill(*[5, 4, 3] * 5)
    options = {"limit": 3, "heading_level": 3, "languages": ["de", "en"], "write": "#sk-write", "how": "/checked"}
    page = str(kit.reviews(mug, args="a=1&sk-stars=4&lang=x", locale="de", **options))
    address = next(item for item in read(page) if item.tag == "section").attrs["data-sk-reviews"]
    query = "a=1&sk-stars=4&lang=x&" + address.partition("?")[2]
    fragment = str(kit.reviews(mug, args=query, fragment=True, locale="de"))
    assert fragment == page.partition(">")[2]
    assert 'rel="stylesheet"' not in fragment
    with pytest.raises(TokenError):
        kit.reviews(mug, args=query.replace("f=", "f=x"), fragment=True)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"limit": 0}, InvalidValueError),
        ({"limit": True}, InvalidValueError),
        ({"heading_level": 6}, InvalidValueError),
        ({"theme": "quiete"}, UnknownNameError),
        ({"languages": ["d e"]}, InvalidValueError),
        ({"locale": 7}, InvalidValueError),
        ({"found": "x"}, InvalidValueError),
        ({"attrs": {"data-sk-x": "1"}}, InvalidValueError),
        ({"attrs": {"id": "mine"}}, InvalidValueError),
    ],
)
def test_options_that_cannot_work_are_refused(
    kit: ShareKit, mug: Product, options: Any, error: type[Exception]
) -> None:
    """With the name of the option."""
    with pytest.raises(error) as caught:
        kit.reviews(mug, **options)
    assert next(iter(options)) in str(caught.value)


def test_shops_whose_buyers_alone_may_write_have_no_link_to_write(
    make_kit: Callable[..., ShareKit], mug: Product, tmp_path: Any
) -> None:
    """Buyers get theirs with the order; a link of the shop's own always stands."""
    kit = make_kit(data_dir=tmp_path / "buyers", deliver=False, review_policy={"writers": "buyers"})
    assert "Write a review" not in kit.reviews(mug)
    assert 'href="/write"' in kit.reviews(mug, write="/write")


def test_twenty_reviews_fit_into_15_kilobytes(kit: ShareKit, mug: Product, review: Any, fill: Fill) -> None:
    """With names, labels, headlines and two sentences each."""
    order = Provenance(evidence="order", order_id="1")
    body = "We use it every morning. The glaze has a fine grain, and it keeps its heat."
    fill(*(review(author="Ann N.", title="Sits well in the hand", body=body, provenance=order) for _ in range(20)))
    assert len(str(kit.reviews(mug)).encode()) <= 15 * 1024


def test_the_style_comes_along_unless_the_head_has_it(kit: ShareKit, mug: Product, fill: Fill) -> None:
    """Every widget brings it; ``assets`` puts it into the head; the script is imported by its hashed name."""
    fill(5)
    style = kit._assets.url("reviews.css")
    calls = (kit.rating, kit.reviews, kit.review_form, kit.questions, kit.review_carousel)
    for call in calls:
        assert str(call(mug)).count(style) == 1
        assert style not in call(mug, style=False)
    assert style in kit.assets(widgets=["reviews"])
    assert style not in kit.assets()
    script = kit._assets.file("sharekit.js")
    assert script is not None
    assert kit._assets.url("reviews.js").rpartition("/")[2].encode() in script.body


def test_what_is_sorted_or_filtered_anew_begins_at_its_beginning(
    kit: ShareKit, mug: Product, fill: Fill, read: Read
) -> None:
    """A place in one order is none in another; the next page and a report keep order and filters."""
    fill(*[5, 4, 3] * 4)

    def links(query: str) -> dict[str, str]:
        elements = read(kit.reviews(mug, args=query, limit=2))
        return {item.text: item.attrs["href"] for item in elements if item.tag == "a"}

    following = links("a=1&sk-sort=lowest&sk-stars=4")["More reviews"]
    assert following.startswith("?a=1&sk-sort=lowest&sk-stars=4&sk-after=")
    page = following[1:].partition("#")[0]
    again = links(page)
    assert again["Highest rating"] == "?a=1&sk-sort=highest&sk-stars=4#sk-reviews"
    assert again["Verified purchases"] == "?a=1&sk-sort=lowest&sk-stars=4&sk-with=verified#sk-reviews"
    assert again["Show all reviews"] == "?a=1&sk-sort=lowest#sk-reviews"
    elements = read(kit.reviews(mug, args=page, limit=2))
    form = next(item for item in elements if item.attrs.get("id") == "sk-ask")
    kept = {item.attrs["name"]: item.attrs["value"] for item in elements if form in item.parents}
    assert f"?{'&'.join(f'{name}={value}' for name, value in kept.items())}" == following.partition("#")[0]
    report = next(item.attrs["value"] for item in elements if item.attrs.get("name") == "sk-report")
    opened = read(kit.reviews(mug, args=f"{page}&sk-report={report}", limit=2))
    assert len([item for item in opened if item.attrs.get("id") == "sk-report"]) == 1
    hidden = next(item for item in opened if item.attrs.get("name") == "review")
    assert hidden.attrs["value"] == report
    assert not [
        item for item in read(kit.reviews(mug, args="sk-report=unknown")) if item.attrs.get("id") == "sk-report"
    ]
