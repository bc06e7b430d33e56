"""The desk: the one place where a review changes."""

from __future__ import annotations

from sharekit.reviews.asking import Asking
from sharekit.reviews.decisions import Decisions
from sharekit.reviews.desk_base import Seen
from sharekit.reviews.intake import Intake
from sharekit.reviews.rights import Erased, Rights

__all__ = ["Desk", "Erased", "Seen"]


class Desk(Intake, Decisions, Asking, Rights):
    """Takes reviews in, decides about them, and tells what happened: every change comes through here.

    It may be shared by threads. Each change is one transaction of the store, with its line in the log of decisions;
    what is refused, and why, goes to the logger ``sharekit.reviews``, without texts, links or addresses.

    Parameters:
        store: where reviews are kept.
        policy: the shop's rules.
        keys: the shop's secrets, newest first.
        record: keeps an event (``kit.record``); no events without it.
        mail: sends a mail; ``None`` when the shop has set nothing.
        photos: keeps photos; none are taken without it.
        base_url: with the mount, such as ``https://shop.example/sharekit``: what the links in mails begin with.
        site_name: the shop's name in mails.
        locale: language of mails when a call names none.
        address_of: the shop's knowledge of the writer's e-mail address, for mails about a review; addresses are not
            kept here.
        clock: tells the time.
    """
