"""Reasons for which readers may report a review."""

from __future__ import annotations

from collections.abc import Sequence

from sharekit.rendering.translations import Translations


def report_reasons(spoken: Translations) -> Sequence[tuple[str, str]]:
    """The words of :data:`sharekit.reviews.model.Reason` that a reader can know of. A bad rating is none of them."""
    _ = spoken.gettext
    return (
        ("fake", _("Not by somebody who knows the product")),
        ("advertising", _("Advertising")),
        ("spam", _("Spam")),
        ("abusive_language", _("Insulting or hateful")),
        ("personal_data", _("Personal data of somebody")),
        ("other_product", _("About another product")),
        ("illegal_content", _("Illegal content")),
        ("copyright", _("Copied from elsewhere")),
    )
