"""Mail: through a real server on loopback, encrypted where asked, and without a way in for headers."""

from __future__ import annotations

import email
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.rendering.translations import LANGUAGES, translations
from sharekit.reviews import letters
from sharekit.reviews.mail import MailError, SmtpMailer, open_mailer

URL = "smtp://127.0.0.1:{port}/?from=shop@example.com&name=Marram"


class Inbox:
    """Keeps what a server is given, and refuses one address."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("full@"):
            return "552 5.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content or b"", policy=policy.SMTP)
        self.mails.append(message)  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class AnyPort(Controller):
    """A server on a free port."""

    def _trigger_server(self) -> None:
        """Connects to the server to see that it runs; by then its port is known."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Server:
    """A mail server on loopback, with its inbox and port."""

    def __init__(self, **options: Any) -> None:
        self.inbox = Inbox()
        self._controller = AnyPort(self.inbox, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> Server:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that wants neither encryption nor a password."""
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def context(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS; this process trusts its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


def test_a_mail_arrives_as_it_was_meant(server: Server) -> None:
    """Umlauts, long links and a subject in Arabic arrive unchanged, marked as sent by a machine."""
    link = "https://shop.example/sharekit/reviews/confirm/" + "aB-_." * 500
    SmtpMailer(URL.format(port=server.port))("ann@example.com", "تقييمك · Grüße", f"Öffnen:\n\n{link}\n")
    mail = server.inbox.mails[0]
    assert (mail["To"], mail["Subject"], mail["From"]) == (
        "ann@example.com",
        "تقييمك · Grüße",
        "Marram <shop@example.com>",
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.com>")
    assert link in mail.get_content().splitlines()
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    "to",
    ["ann@example.com\nBcc: all@example.com", "ann@example.com, all@example.com", "ann@example.com\r\n\r\nBody",
     "<ann@example.com>", "ann@example.com;all@example.com", '"a b"@example.com'],
)  # fmt: skip
def test_no_address_adds_a_header_or_a_recipient(server: Server, to: str) -> None:
    """What is not one plain address is refused before a server is asked."""
    with pytest.raises(InvalidValueError):
        SmtpMailer(URL.format(port=server.port))(to, "Hello", "Text")
    assert server.inbox.mails == []


def test_a_subject_is_one_line(server: Server) -> None:
    """Line breaks in a subject become spaces; the header they were to start is not there."""
    SmtpMailer(URL.format(port=server.port))("ann@example.com", "Hello\r\nBcc: all@example.com\n\nBody", "Text")
    mail = server.inbox.mails[0]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: all@example.com Body"
    assert server.inbox.recipients == [["ann@example.com"]]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_said_the_headers_are_ours(subject: str, text: str) -> None:
    """No subject and no text makes another header, and both can be written."""
    data = SmtpMailer("smtp://127.0.0.1/?from=shop@example.com").message("ann@example.com", subject, text).as_bytes()
    names = set(email.message_from_bytes(data).keys())
    assert names <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version",
    }  # fmt: skip


def test_a_server_that_refuses_is_an_error_without_the_address(server: Server) -> None:
    """The error names server and code, and holds neither address nor text, because it may be logged."""
    with pytest.raises(MailError, match=r"did not take a mail \(SMTPRecipientsRefused") as caught:
        SmtpMailer(URL.format(port=server.port))("full@example.com", "Hello", "Secret text")
    assert "full@" not in str(caught.value)
    assert "Secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_is_away_is_an_error() -> None:
    """Nothing listens: a MailError, which is an OSError too."""
    with Server() as gone:
        port = gone.port
    with pytest.raises(OSError, match="did not take a mail"):
        SmtpMailer(URL.format(port=port))("ann@example.com", "Hello", "Text")


def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Lets the shop in by its password."""
    return AuthResult(success=(data.login, data.password) == (b"shop@x", b"p:w/d%"), handled=False)


def test_starttls_and_password(context: ssl.SSLContext) -> None:
    """The line is encrypted before the password goes over it; special characters are percent-encoded in the address."""
    with Server(tls_context=context, require_starttls=True, auth_required=True, authenticator=login) as server:
        url = "smtp://shop%40x:p%3Aw%2Fd%25@127.0.0.1:{port}/?from=shop@example.com"
        SmtpMailer(url.format(port=server.port))("ann@example.com", "Hello", "Text")
        assert server.inbox.encrypted == [True]
        with pytest.raises(MailError, match="SMTPAuthenticationError 535"):
            SmtpMailer(url.replace("d%25", "x").format(port=server.port))("ann@example.com", "Hello", "Text")


def test_a_password_never_goes_over_an_open_line(server: Server) -> None:
    """A server that offers no encryption gets no password, unless the shop says so."""
    url = URL.replace("//", "//shop:secret@").format(port=server.port)
    with pytest.raises(MailError, match="SMTPNotSupportedError"):
        SmtpMailer(url)("ann@example.com", "Hello", "Text")
    with pytest.raises(MailError, match="SMTPNotSupportedError"):
        SmtpMailer(URL.format(port=server.port) + "&starttls=always")("ann@example.com", "Hello", "Text")
    assert server.inbox.mails == []


def test_a_certificate_nobody_vouches_for_is_refused(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encryption is checked, not only switched on."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with Server(tls_context=context) as server, pytest.raises(MailError, match="SSLCertVerificationError"):
        SmtpMailer(URL.format(port=server.port))("ann@example.com", "Hello", "Text")


def test_tls_from_the_start(context: ssl.SSLContext) -> None:
    """smtps:// speaks TLS from the first byte."""
    with Server(ssl_context=context) as server:
        SmtpMailer(URL.replace("smtp:", "smtps:").format(port=server.port))("ann@example.com", "Hello", "Text")
        assert server.inbox.recipients == [["ann@example.com"]]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("http://mail.example/?from=a@b.example", "pass a function"),
        ("smtp://", "pass a function"),
        ("smtp://user:topsecret@mail.example", "name the sender"),
        ("smtp://user:topsecret@mail.example/?from=nobody", "name the sender"),
        ("smtp://user:topsecret@mail.example:99999/?from=a@b.example", "not an address"),
        ("smtp://mail.example/?form=a@b.example", "Did you mean 'from'"),
        ("smtp://mail.example/?from=a@b.example&starttls=maybe", "starttls is"),
        ("smtps://mail.example/?from=a@b.example&starttls=always", "starttls is"),
        (17, "pass a function"),
    ],
)
def test_a_setting_that_cannot_work_says_so(spec: Any, problem: str) -> None:
    """Each error names the setting, says what is wrong, and does not repeat the password."""
    with pytest.raises(ConfigError, match=problem) as caught:
        open_mailer(spec)
    assert str(caught.value).startswith("mail:")
    assert "topsecret" not in str(caught.value)


def test_the_setting_may_be_a_function() -> None:
    """The shop's own function is used as it is; nothing set is no mailer."""
    sent: list[tuple[str, str, str]] = []
    mailer = open_mailer(lambda *mail: sent.append(mail))
    assert mailer is not None
    mailer("a@b.example", "s", "t")
    assert sent == [("a@b.example", "s", "t")]
    assert open_mailer(None) is None


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_mail_is_whole_in_every_language(locale: str) -> None:
    """No placeholder is left, what belongs in is in, and a customer's text is not taken for a placeholder."""
    words = translations(locale)
    make: list[Callable[[], tuple[str, str]]] = [
        lambda: letters.confirmation(words, shop="Marram", link="https://x.example/c", hours=48),
        lambda: letters.private_reply(words, shop="Marram", title="a {shop} {reason}", reply="So {sorry}"),
        lambda: letters.rejected(words, shop="Marram", title="x", reason="spam", link="https://x.example/e"),
    ]
    subjects, texts = zip(*(letter() for letter in make), strict=True)
    assert all(subjects)
    assert all("Marram" in text for text in texts)
    assert "a {shop} {reason}" in texts[1]
    assert "So {sorry}" in texts[1]
    assert "{" not in texts[0] + texts[2]
    assert "https://x.example/c" in texts[0].splitlines()
