"""What the pages of reviews lean on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sharekit.events.signing import Signer
from sharekit.reviews.desk import Desk


@dataclass(frozen=True, kw_only=True)
class ReviewParts:
    """The desk, and the widgets that its pages show.

    Parameters:
        desk: where reviews are handed in.
        forms: signs and reads the token of a form, which says what product it is about.
        section: ``kit.reviews``.
        form: ``kit.review_form``.
        customer: tells who is signed in, given the framework's request.
    """

    desk: Desk
    forms: Signer
    section: Callable[..., Markup]
    form: Callable[..., Markup]
    customer: Callable[[Any], Any] | None
