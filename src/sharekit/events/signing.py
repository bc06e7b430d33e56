"""Keys and signed tokens: what a page carries out to a browser and takes back only unchanged.

Needs ``itsdangerous`` (extra ``collect``) as soon as a token is signed or read; keys need nothing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sharekit.config import Settings
from sharekit.exceptions import ConfigError, MissingExtraError, TokenError

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

KEY_FILE = "secret.key"
MAX_TOKEN = 8_192
"""Characters of the longest token that is looked at; servers cap a request line at about as much."""
_SIGNATURE_BYTES = 16
_SHORTEST_KEY = 16


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The secrets to sign with, newest first: the ``secret_key`` setting, else the one kept in ``data_dir``.

    The file is made once, readable by its owner alone; workers that start together agree on one.

    Raises:
        ConfigError: the file can be neither read nor made, or holds no usable secret.
    """
    if settings.secret_key:
        return tuple(settings.secret_key)
    path = settings.data_dir / KEY_FILE
    try:
        return (_read_key(path),)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        _make_key(path)
        return (_read_key(path),)
    except OSError as error:
        raise _unusable(path, error) from error


def derive_key(keys: Sequence[str], purpose: str) -> bytes:
    """32 bytes for one purpose from the newest secret, so that no two purposes share a key.

    Parameters:
        purpose: at most 16 bytes, such as ``"share-id"``.
    """
    return _derive(keys[0], purpose)


class Signer:
    """Makes and reads signed tokens: a few short texts that travel through a page and come back unchanged.

    A token is URL-safe (``A-Za-z0-9_.-``) and compressed where that is shorter. It is signed, not encrypted: whoever
    holds it can read it.

    Parameters:
        keys: secrets, newest first; the newest signs, all verify.
        purpose: at most 16 bytes; tokens of one purpose are not valid for another.
    """

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._keys = tuple(_derive(key, purpose) for key in keys)

    def sign(self, values: Mapping[str, str]) -> str:
        """The values as a token.

        Raises:
            MissingExtraError: ``itsdangerous`` is not installed.
        """
        return self._serializer.dumps(dict(values))

    def read(self, token: str) -> dict[str, str]:
        """The values of a token.

        Raises:
            TokenError: malformed, changed, or signed with a key that is no longer known.
            MissingExtraError: ``itsdangerous`` is not installed.
        """
        serializer = self._serializer
        from itsdangerous import BadData

        if len(token) > MAX_TOKEN or not token.isascii():
            raise TokenError("This is not a link of this shop; take it from the page again.")
        try:
            values = serializer.loads(token)
        except (BadData, ValueError, RecursionError):
            raise TokenError("The link was changed or has run out; take it from the page again.") from None
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise TokenError("The link holds something else than was asked for; take it from the page again.")
        return values

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        try:
            from itsdangerous import URLSafeSerializer
            from itsdangerous.signer import SigningAlgorithm
        except ImportError as error:
            raise MissingExtraError(
                "signed links (the redirect, the fediverse chooser, QR codes)", "collect"
            ) from error

        class KeyedBlake2(SigningAlgorithm):
            """BLAKE2b in its keyed mode (RFC 7693, section 2.9): 22 characters where HMAC-SHA-256 has 43."""

            def get_signature(self, key: bytes, value: bytes) -> bytes:
                return blake2b(value, key=key, digest_size=_SIGNATURE_BYTES).digest()

        return URLSafeSerializer(
            list(reversed(self._keys)),  # there the newest is the last
            signer_kwargs={"key_derivation": "none", "algorithm": KeyedBlake2()},
        )


def _derive(key: str, purpose: str) -> bytes:
    return blake2b(key.encode(), digest_size=32, person=purpose.encode()).digest()


def _read_key(path: Path) -> str:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if len(text) < _SHORTEST_KEY or not text.isascii():
        raise ConfigError(
            f"secret_key: {path} holds no secret of at least {_SHORTEST_KEY} characters. Delete the file to have a "
            "new one made (links on pages that caches still serve then stop working), or pass secret_key=."
        )
    return text


def _make_key(path: Path) -> None:
    """Write a new secret aside and link it into place: it appears whole, and the first of several workers wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another worker was first; its secret is read next
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _unusable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"secret_key: {path} cannot be read or made ({error.strerror or error}). Make data_dir writable, "
        "or pass secret_key= (any text of at least 16 characters, kept secret)."
    )
