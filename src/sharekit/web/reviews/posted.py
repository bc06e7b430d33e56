"""What the forms of reviews have in common: photos, words, the trap, and the form again with what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import BinaryIO

from sharekit.reviews.drafts import clean
from sharekit.reviews.model import Review
from sharekit.web.forms import Form
from sharekit.web.http import Response, json_response
from sharekit.web.reviews.visit import Visit

_log = logging.getLogger(__name__)
TRAP = "website"
"""A field that people do not see. Whoever fills it in is thanked like everybody else, and nothing is kept."""


def is_trapped(fields: Mapping[str, str]) -> bool:
    """Whether the field that people do not see was filled in; the log counts it."""
    if not fields.get(TRAP):
        return False
    _log.warning("A form was filled in by a machine (its hidden field holds something); nothing was kept.")
    return True


def again(visit: Visit, errors: Mapping[str, str], page: Callable[[Mapping[str, str]], Response]) -> Response:
    """The form again with what is wrong; for the script only that."""
    if visit.wants_json:
        return json_response(422, {"error": "invalid", "errors": dict(errors)})
    return page(errors)


def photos_of(form: Form, prefix: str = "") -> list[BinaryIO]:
    """The photos that were chosen for a product."""
    return form.files.get(f"{prefix}photos", [])


def thanks_for(review: Review) -> str:
    """Which words of thanks fit what became of a review."""
    return "published" if review.status == "published" else "review"


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, fit to be shown again: without the characters that no page may hold."""
    return {name: clean(value, lines=True) for name, value in fields.items()}
