"""The mails about reviews: subject and text, in the language of their reader."""

from __future__ import annotations

from sharekit.rendering.translations import Translations
from sharekit.reviews.model import Reason


def confirmation(words: Translations, *, shop: str, link: str, hours: int) -> tuple[str, str]:
    """Asks whether a review is its reader's.

    Nothing of what was typed is in it: anybody may type any address, and a shop must not mail strangers' words to it.
    """
    _ = words.gettext
    time = words.ngettext("{n} hour", "{n} hours", hours).replace("{n}", str(hours))
    return _("Please confirm your review"), _lines(
        _("Somebody, hopefully you, wrote a review at {shop} and gave this e-mail address."),
        _("To hand it in, open this page and press its button:"),
        link,
        _("The link is good for {time}. If it was not you, do nothing: nothing was kept.").replace("{time}", time),
        shop=shop,
    )


def private_reply(words: Translations, *, shop: str, title: str, reply: str) -> tuple[str, str]:
    """Brings the shop's answer to the author of a review alone."""
    _ = words.gettext
    subject = _("Our answer to your review")
    intro = _("Thank you for your review at {shop}. This answer is for you alone and is not shown on the site.")
    return subject, _lines(intro, f"“{title}”" if title else "", reply, shop=shop)


def rejected(words: Translations, *, shop: str, title: str, reason: Reason, link: str) -> tuple[str, str]:
    """Says why a review is not shown, and where its author can change it."""
    _ = words.gettext
    return _("Your review was not published"), _lines(
        _("Your review at {shop} was not published."),
        f"“{title}”" if title else "",
        _("The reason: {reason}").replace("{reason}", reason_words(words, reason)),
        _("Reviews are never refused for their rating. You can change yours here and hand it in again:"),
        link,
        shop=shop,
    )


def reason_words(words: Translations, reason: Reason) -> str:
    """A reason of the closed list in words."""
    return words.gettext(_REASONS[reason])


def _lines(*paragraphs: str, shop: str) -> str:
    """Paragraphs as a mail; the shop's name goes into its place only in our own sentences."""
    first, *others = paragraphs
    return "\n\n".join([first.replace("{shop}", shop), *(other for other in others if other)]) + "\n"


def _(message: str) -> str:
    """Marks a message for the translators; it is translated when it is shown."""
    return message


_REASONS: dict[Reason, str] = {
    "spam": _("It is spam."),
    "advertising": _("It advertises something."),
    "personal_data": _("It holds personal data, such as an address or phone number."),
    "abusive_language": _("Its language is abusive."),
    "illegal_content": _("What it says or shows is against the law."),
    "copyright": _("It uses somebody else's text or photo."),
    "other_product": _("It is about another product."),
    "not_a_review": _("It is not a review, for example a question about an order."),
    "duplicate": _("It was handed in twice."),
    "fake": _("It is not by somebody who used the product."),
    "conflict_of_interest": _("Its writer has an interest in the product or a competitor."),
    "unreadable": _("It cannot be read or understood."),
    "by_request": _("Its writer asked for it."),
}
