"""Sending mail: by the shop's own function, or by an SMTP server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sharekit.exceptions import ShareKitError

Mailer = Callable[[str, str, str], object]
"""Sends a plain-text mail: address, subject, text."""


class MailError(ShareKitError, OSError):
    """A mail could not be handed over."""


def open_mailer(spec: Any) -> Mailer | None:
    """The mailer of the ``mail`` setting: a function ``(to, subject, text)``, an SMTP address, or ``None``.

    Raises:
        ConfigError: it is something else.
    """
    raise NotImplementedError
