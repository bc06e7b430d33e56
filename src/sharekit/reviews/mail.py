"""Sending mail: by the shop's own function, or by an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid, parseaddr
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sharekit.exceptions import ConfigError, ShareKitError, did_you_mean
from sharekit.reviews.people import check_email

Mailer = Callable[[str, str, str], object]
"""Sends a plain-text mail: address, subject, text."""
SECONDS = 10.0
"""How long a mail server may take to answer."""
StartTls = Literal["auto", "always", "never"]
_FORM = "'smtp://user:password@mail.example:587/?from=shop@example.com'"


class MailError(ShareKitError, OSError):
    """A mail could not be handed over. The message holds neither the address nor the text."""


def open_mailer(spec: Any) -> Mailer | None:
    """The mailer of the ``mail`` setting.

    Parameters:
        spec: a function ``(to, subject, text)``, an SMTP address (see :class:`SmtpMailer`), or ``None``.

    Raises:
        ConfigError: it is something else.
    """
    if spec is None or spec == "":
        return None
    if isinstance(spec, str):
        return SmtpMailer(spec)
    if not callable(spec):
        raise ConfigError(f"mail: pass a function (to, subject, text), or an address such as {_FORM}.")
    mailer: Mailer = spec
    return mailer


class SmtpMailer:
    """Sends mails through an SMTP server, one connection each.

    Parameters:
        url: ``smtp://user:password@host:port/?from=shop@example.com``, or ``smtps://`` for TLS from the start. What is
            special in an address is percent-encoded. Further parameters: ``name`` (shown beside the sender's address)
            and ``starttls``: ``auto`` (the default: when the server offers it, and always when there is a password),
            ``always``, ``never``. Ports when left out: 465 with TLS, 587 with a user, else 25.

    Raises:
        ConfigError: the address cannot work; the message does not repeat its password.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigError(f"mail: this is not an address such as {_FORM}.") from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ConfigError(f"mail: pass a function (to, subject, text), or an address such as {_FORM}.")
        options = dict(parse_qsl(parts.query))
        for name in options:
            if name not in _OPTIONS:
                raise ConfigError(f"mail: unknown parameter {name!r}.{did_you_mean(name, _OPTIONS)}")
        self._host = parts.hostname
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = parts.scheme == "smtps"
        self._port = port or (465 if self._tls else 587 if self._user else 25)
        self._starttls = _starttls(options.get("starttls", "auto"), parts)
        try:
            self._sender = Address(options.get("name", ""), addr_spec=check_email(options.get("from", "")))
        except ValueError:
            raise ConfigError("mail: name the sender by '?from=shop@example.com' behind the address.") from None

    def __call__(self, to: str, subject: str, text: str) -> None:
        """Send a mail.

        Raises:
            InvalidValueError: ``to`` is not an address.
            MailError: the server did not take it.
        """
        message = self.message(to, subject, text)
        try:
            with self._connect() as server:
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            code = getattr(error, "smtp_code", "")
            what = f"{type(error).__name__} {code}".strip()
            raise MailError(f"{self._host}:{self._port} did not take a mail ({what}).") from None

    def message(self, to: str, subject: str, text: str) -> EmailMessage:
        """A mail as it is sent. :class:`email.message.EmailMessage` refuses line breaks in its headers."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = check_email(to)
        if parseaddr(str(message["To"]))[1] != check_email(to):
            raise MailError("This address cannot be written to.")
        message["Subject"] = " ".join(subject.split())
        message["Date"] = localtime()
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes, please
        message.set_content(text)
        return message

    def _connect(self) -> smtplib.SMTP:
        """Connect, encrypted as the settings say, and log in.

        The context manager of the result quits.
        """
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            server.ehlo()
            if not self._tls and self._starttls != "never":
                wanted = self._starttls == "always" or bool(self._user)
                if wanted or server.has_extn("starttls"):
                    server.starttls(context=context)  # raises when it is not offered: no password in the open
                    server.ehlo()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


_OPTIONS = ("from", "name", "starttls")


def _starttls(value: str, parts: SplitResult) -> StartTls:
    if value not in {"auto", "always", "never"} or (parts.scheme == "smtps" and value != "auto"):
        raise ConfigError("mail: starttls is 'auto', 'always' or 'never', and belongs to smtp:// alone.")
    return value  # type: ignore[return-value]
