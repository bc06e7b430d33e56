"""The form that writes a review, and the forms of questions: markup that works on a page cached for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharekit import Product, ShareKit
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.store import Entry

Read = Callable[[str], list[Any]]
POLICY = {
    "writers": "anyone",
    "anonymous": False,
    "consent": "I agree.",
    "attributes": [{"key": "fit", "label": "Fit", "options": ["small", "right"]}, {"key": "use", "label": "Use"}],
}


@pytest.fixture
def asking(make_kit: Callable[..., ShareKit], tmp_path: Any) -> ShareKit:
    """A kit whose form asks for everything."""
    return make_kit(
        data_dir=tmp_path / "asking", deliver=False, secret_key="a secret that is long", review_policy=POLICY
    )


def fields(elements: list[Any]) -> list[tuple[str, str, str]]:
    """Tag, type and name of the fields, in order."""
    return [
        (item.tag, item.attrs.get("type", ""), item.attrs["name"])
        for item in elements
        if item.tag in {"input", "textarea", "select"}
    ]


def test_the_form_has_its_fields_and_nothing_chosen(asking: ShareKit, mug: Product, read: Read) -> None:
    """Five radios without a default, the shop's questions, texts, photos, consent, language, token, trap."""
    html = asking.review_form(mug)
    elements = read(html)
    form = next(item for item in elements if item.tag == "form")
    assert (form.attrs["method"], form.attrs["enctype"]) == ("post", "multipart/form-data")
    assert form.attrs["action"] == "/sharekit/reviews/write"
    assert fields(elements) == [
        *[("input", "radio", "rating")] * 5,
        *[("input", "radio", "answer-fit")] * 2,
        ("input", "", "answer-use"),
        ("input", "", "title"),
        ("textarea", "", "body"),
        ("input", "file", "photos"),
        ("input", "", "author"),
        ("input", "checkbox", "consent"),
        *[("input", "hidden", name) for name in ("language", "f", "lang")],
        ("input", "", "website"),
    ]
    assert "checked" not in html
    assert [item.attrs["value"] for item in elements if item.attrs.get("name") == "rating"] == list("12345")
    required = {item.attrs["name"] for item in elements if "required" in item.attrs}
    assert required == {"rating", "author", "consent"}


def test_the_form_is_the_same_for_everybody(asking: ShareKit, mug: Product, plate: Product, read: Read) -> None:
    """Its token is the product's, and of nobody and no time; another product's is another."""

    def token(product: Product) -> str:
        return next(item.attrs["value"] for item in read(asking.review_form(product)) if item.attrs.get("name") == "f")

    assert asking.review_form(mug) == asking.review_form(mug)
    assert token(mug) != token(plate)


def test_what_was_typed_is_kept_and_what_is_wrong_is_said(asking: ShareKit, mug: Product, read: Read) -> None:
    """Each error stands with its field, and in a list at the top in the order of the form, with the field's name."""
    typed = {
        "rating": "4",
        "title": "T",
        "body": "\nB",
        "author": "A",
        "answer-fit": "right",
        "answer-use": "tea",
        "consent": "1",
        "unknown": "x",
    }
    wrong = {
        "author": "too long",
        "answer-fit": "choose",
        "rating": "choose stars",
        "": "out of date",
        "consent": "agree",
    }
    html = asking.review_form(mug, values=typed, errors=wrong)
    elements = read(html)
    checked = [(item.attrs["name"], item.attrs["value"]) for item in elements if "checked" in item.attrs]
    assert checked == [("rating", "4"), ("answer-fit", "right"), ("consent", "1")]
    values = {item.attrs["name"]: item.attrs.get("value") for item in elements if item.tag == "input"}
    assert (values["title"], values["author"], values["answer-use"]) == ("T", "A", "tea")
    assert next(item.text for item in elements if item.tag == "textarea") == "\n\nB"  # the first one is no part of it
    alert = next(item for item in elements if item.attrs.get("role") == "alert")
    assert [item.text for item in elements if item.tag == "li" and alert in item.parents] == [
        "out of date",
        "Your rating: choose stars",
        "Fit: choose",
        "Name: too long",
        "agree",
    ]
    ids = {item.attrs["id"]: item for item in elements if "id" in item.attrs}
    for item in elements:
        for name in item.attrs.get("aria-describedby", "").split():
            assert name in ids
        if item.tag == "a" and alert in item.parents:
            assert ids[item.attrs["href"][1:]].attrs["aria-invalid"] == "true"


def test_fields_of_several_products_stand_in_one_form(
    asking: ShareKit, mug: Product, plate: Product, read: Read
) -> None:
    """Each with a prefix, without a form of its own; ids do not clash."""
    parts = [asking.review_form(item, prefix=f"p{n}-", wrap=False) for n, item in enumerate((mug, plate, mug))]
    elements = [item for part in parts for item in read(part)]
    assert not [item for item in elements if item.tag in {"form", "button"}]
    names = {item.attrs["name"] for item in elements if "name" in item.attrs}
    assert {name[:3] for name in names} == {"p0-", "p1-", "p2-"}
    ids = [item.attrs["id"] for item in elements if "id" in item.attrs]
    assert len(ids) == len(set(ids))


def test_an_address_is_asked_for_when_it_will_be_confirmed(
    make_kit: Callable[..., ShareKit], mug: Product, tmp_path: Any, read: Read
) -> None:
    """By the policy, when mails can be sent; photos then come with the confirmation."""
    kit = make_kit(data_dir=tmp_path / "mails", deliver=False, mail=lambda *_: None)
    names = {name for _, _, name in fields(read(kit.review_form(mug)))}
    assert "email" in names
    assert "photos" not in names
    names = {name for _, _, name in fields(read(kit.review_form(mug, email=False)))}
    assert "email" not in names
    assert "photos" in names


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"values": "x"}, "values"),
        ({"errors": ["x"]}, "errors"),
        ({"values": {"title": 7}}, "values"),
        ({"theme": 1}, "theme"),
    ],
)
def test_options_that_cannot_work_are_refused(asking: ShareKit, mug: Product, options: Any, name: str) -> None:
    """With the name of the option."""
    with pytest.raises((InvalidValueError, LookupError), match=name):
        asking.review_form(mug, **options)


def test_questions_stand_with_their_answers_and_forms(kit: ShareKit, mug: Product, read: Read) -> None:
    """The shop's answer is named so; a buyer's is verified; pages are links that keep other parameters."""
    store = kit.review_store

    def entry() -> Entry:
        return Entry(subject="", action="submit", by="author")

    for number in range(7):
        asked = store.ask(Question(product_id="mug-1", body=f"Question {number}?", status="published"), entry())
        store.answer(asked.id, Answer(body="Yes.", by_shop=True, status="published"), entry())
        store.answer(asked.id, Answer(body="No.", author="Ann", verified=True, status="published"), entry())
        store.answer(asked.id, Answer(body="Not seen yet.", status="pending"), entry())
    html = str(kit.questions(mug, args="colour=ash"))
    elements = read(html)
    questions = [item for item in elements if item.attrs.get("class") == "sk-question"]
    assert len(questions) == 5
    assert "Answer of the shop Tide" in questions[0].text
    assert "Verified purchase Ann" in questions[0].text
    assert "Not seen yet." not in html
    link = next(item.attrs["href"] for item in elements if item.attrs.get("rel") == "next")
    assert link.startswith("?colour=ash&sk-questions-after=")
    assert link.endswith("#sk-questions")
    rest = str(kit.questions(mug, args=link[1:].partition("#")[0]))
    assert rest.count('class="sk-question"') == 2
    assert 'href="?colour=ash#sk-questions"' in rest
    actions = {item.attrs["action"] for item in elements if item.tag == "form"}
    assert actions == {"/sharekit/reviews/ask", "/sharekit/reviews/answer"}


def test_no_questions_where_the_policy_wants_none(
    make_kit: Callable[..., ShareKit], mug: Product, tmp_path: Any
) -> None:
    """Nothing at all."""
    kit = make_kit(data_dir=tmp_path / "quiet", deliver=False, review_policy={"questions": False})
    assert kit.questions(mug) == ""
