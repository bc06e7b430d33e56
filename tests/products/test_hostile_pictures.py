"""Ten malformed pictures and tags: each is a clear error that names the field, or plain text that stays text."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sharekit import Cta, Disclosure, Look, Picture, Product, ProductTag, Rights
from sharekit.exceptions import InvalidValueError

SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt")
GOOD: dict[str, Any] = {"src": "/a.jpg", "width": 600, "height": 400, "alt": "A"}
MEGABYTE = "x" * 1_000_000
SCRIPT = "</script><script>alert('&\"')</script>\u2028"


def deep(levels: int) -> Any:
    """Lists in lists in lists."""
    made: Any = []
    for _ in range(levels):
        made = [made]
    return made


def tagged(**change: Any) -> Picture:
    """A picture read from data with one tag, changed."""
    tag = {"product": "shirt", "x": 0.5, "y": 0.5} | change
    return Picture.from_dict(GOOD | {"tags": [tag]}, {"shirt": SHIRT})


CASES: dict[str, tuple[Callable[[], object], str, str]] = {
    "outside": (lambda: tagged(x=1.5), "Picture.tags[1].x", "outside 0 to 1"),
    "not a number": (lambda: tagged(y=float("nan")), "Picture.tags[1].y", "not a finite number"),
    "infinite": (lambda: tagged(y=float("-inf")), "Picture.tags[1].y", "not a finite number"),
    "truth for a number": (lambda: tagged(x=True), "Picture.tags[1].x", "not True"),
    "no alt": (
        lambda: Picture("/a.jpg", 600, 400, tags=[ProductTag(SHIRT, 0, 0)]),
        "Picture.alt",
        "say what the picture shows",
    ),
    "no size": (
        lambda: Picture("/a.jpg", alt="A", tags=[ProductTag(SHIRT, 0, 0)]),
        "Picture.width",
        "Picture.from_file reads it",
    ),
    "a megabyte of label": (lambda: tagged(label=MEGABYTE), "Picture.tags[1].label", "has 1,000,000 characters"),
    "a time without zone": (
        lambda: Picture("/a.jpg", rights=Rights(True, until=datetime(2026, 1, 1))),
        "Rights.until",
        "no time zone",
    ),
    "too deep": (lambda: tagged(label=deep(50_000)), "Picture.tags[1].label", "pass text, not list"),
    "too deep for a picture": (lambda: Picture.from_dict(GOOD | {"tags": deep(50_000)}), "Picture.tags[1]", "not list"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_malformed_is_refused_clearly(name: str) -> None:
    """The field is named, the way out is told, and the message is short whatever the value."""
    make, field, words = CASES[name]
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert caught.value.field == field
    assert words in caught.value.problem
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "change",
    [
        {"src": MEGABYTE},
        {"id": MEGABYTE},
        {"alt": MEGABYTE},
        {"srcset": MEGABYTE},
        {"srcset": "," * 1_000_000},
        {"sizes": MEGABYTE},
        {"credit": MEGABYTE},
        {"licence": MEGABYTE},
        {"disclosure": {"kind": MEGABYTE}},
        {"rights": {"granted": MEGABYTE}},
        {"rights": {"granted": True, "until": MEGABYTE}},
        {MEGABYTE: 1},
        {"width": 10**5_000},
        {"tags": [{"product": MEGABYTE, "x": 0, "y": 0}]},
        {"tags": [{"product": "shirt", "x": 10**5_000, "y": 0}]},
        {"tags": [{"product": "shirt", "x": 0, "y": 0, "cta": MEGABYTE}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "currency": MEGABYTE}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "price": "9" * 1_000_000, "currency": "EUR"}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "price": MEGABYTE, "currency": "EUR"}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "availability": MEGABYTE}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "rating": {"value": "9" * 1_000_000, "count": 1}}]},
        {"products": [{"id": "x", "title": "X", "url": "/x", "price_valid_until": MEGABYTE}]},
    ],
    ids=itertools.count(),
)
def test_a_megabyte_anywhere_makes_a_short_error(change: dict[str, Any]) -> None:
    """Logs and pages show errors; a value must not flood them."""
    with pytest.raises(InvalidValueError) as caught:
        Picture.from_dict(GOOD | change, {"shirt": SHIRT})
    assert len(str(caught.value)) < 1_000


def test_script_in_every_text_stays_text() -> None:
    """Kept as it was written, for the templates to escape; where only one line can be shown, a break is refused."""
    product = Product(id=SCRIPT, title=SCRIPT, url="/x", brand=SCRIPT, category=SCRIPT, description=SCRIPT)
    disclosure = Disclosure("ad", SCRIPT)
    cta = Cta("add_to_cart", SCRIPT, "/cart/{id}", {SCRIPT: SCRIPT}, product)
    tag = ProductTag(product, 0.5, 0.5, label=SCRIPT, disclosure=disclosure, cta=cta)
    rights = Rights(True, SCRIPT, source=SCRIPT)
    picture = Picture(**GOOD | {"alt": SCRIPT}, id=SCRIPT, tags=[tag], credit=SCRIPT, rights=rights, sizes=SCRIPT)
    look = Look(SCRIPT, [picture], id=SCRIPT, disclosure=disclosure)
    assert Look.from_dict(json.loads(json.dumps(look.to_dict(products=True)))) == look
    assert tag.label is not None
    assert tag.label.strip() == SCRIPT.strip()
    action, fields = cta.form(product)
    assert "<" not in action
    assert '"' not in action
    assert fields == {SCRIPT: SCRIPT}
    for problem in look.lint():
        assert str(problem)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", '/a"onerror=alert(1)', "/a b", "//u:p@h/"]
)
def test_no_address_carries_a_script(address: str) -> None:
    """Pictures, their other sizes, licences, forms: the same check for all."""
    for change in ({"src": address}, {"srcset": f"{address.replace(' ', '<')} 2x"}, {"licence": address}):
        with pytest.raises(InvalidValueError):
            Picture.from_dict(GOOD | change)
    with pytest.raises(InvalidValueError):
        Cta("add_to_cart", action=address)
