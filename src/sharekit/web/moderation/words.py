"""The words of the moderators' page. It is in English: its readers are the shop's own."""

from __future__ import annotations

REASONS = {
    "spam": "Spam",
    "advertising": "Advertising, or links to sell something",
    "personal_data": "Names or data of other people",
    "abusive_language": "Abusive language",
    "illegal_content": "Illegal content",
    "copyright": "Copied from somebody else",
    "other_product": "About another product",
    "not_a_review": "Not about the product at all",
    "duplicate": "The same review a second time",
    "fake": "Not by somebody who has used the product",
    "conflict_of_interest": "By somebody with an interest in it, undisclosed",
    "unreadable": "Unreadable",
    "by_request": "The writer asked for it",
}
"""Why a review may be refused. What the writer thinks of the product is no reason."""

RULES = {
    "links": "holds a link",
    "profanity": "holds a word of the profanity list",
    "duplicate": "reads like another review",
    "burst": "came in a burst of others",
    "personal_data": "may hold a phone number or address",
}

ACTIONS = {
    "submit": "handed in",
    "publish": "published",
    "reject": "refused",
    "pend": "put back into the queue",
    "edit": "changed by the writer",
    "reply": "answered by the shop",
    "private_reply": "answered in private",
    "report": "reported",
    "erase": "erased",
    "import": "imported",
    "hold": "held by a rule",
    "answer": "answered",
}

EVIDENCE = {
    "order": "Verified purchase",
    "account": "Signed in, no order known",
    "email": "E-mail confirmed",
    "imported": "Imported",
    "syndicated": "From another website",
    "none": "Nothing known",
}

RELATIONS = {"customer": "", "employee": "Employee", "family": "Family of the shop's people", "agent": "Agent"}

INCENTIVES = {
    "": "",
    "gifted": "Was given the product",
    "sample": "Free sample",
    "discount": "Discount for the review",
    "loyalty": "Loyalty points for the review",
    "prize_draw": "Prize draw for the review",
}

DONE = {
    "published": "Published. It is shown and counted now.",
    "rejected": "Refused. It is neither shown nor counted.",
    "pending": "Put back into the queue.",
    "replied": "Your answer is kept.",
    "erased": "Erased, with its photos and votes.",
    "answered": "Your answer is published.",
    "gone": "There is no such thing (any more).",
    "not_mailed": "The mail server did not take your answer; nothing was kept.",
    "wrong_address": "The review was not written with this address; nothing was kept.",
    "empty": "Write something first.",
    "no_reason": "Choose a reason first.",
    "changed": "The writer has changed it meanwhile. Look at it again; nothing was decided.",
    "not_sure": "Tick the box first: what is erased cannot be brought back.",
}
"""What the line at the top says after something was done."""

FAULTS = frozenset({"gone", "not_mailed", "wrong_address", "empty", "no_reason", "changed", "not_sure"})
"""Those that say that nothing was done."""
