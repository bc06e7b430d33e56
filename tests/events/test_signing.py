"""Secrets and signed tokens."""

from __future__ import annotations

import secrets
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.config import Settings
from sharekit.events.signing import MAX_TOKEN, Signer, derive_key, secret_keys
from sharekit.exceptions import ConfigError, TokenError

OLD, NEW = "an old secret of the shop", "a new secret of the shop"


def settings_in(folder: Path, **fields: Any) -> Settings:
    """Settings with their data directory in ``folder``."""
    return Settings(base_url="https://shop.example", data_dir=folder / "data", **fields)


@given(st.dictionaries(st.text(), st.text()))
def test_a_token_gives_back_what_went_in(values: dict[str, str]) -> None:
    """Any texts survive the way through a token, which is safe in an address."""
    signer = Signer([NEW], "links")
    token = signer.sign(values)
    assert token.isascii()
    assert all(letter.isalnum() or letter in "-_." for letter in token)
    assert signer.read(token) == values


def test_a_token_of_an_old_secret_still_reads() -> None:
    """Secrets rotate: the newest signs, older ones still verify, removed ones do not."""
    token = Signer([OLD], "links").sign({"u": "https://shop.example/"})
    assert Signer([NEW, OLD], "links").read(token) == {"u": "https://shop.example/"}
    with pytest.raises(TokenError):
        Signer([NEW], "links").read(token)
    assert Signer([NEW], "links").read(Signer([NEW, OLD], "links").sign({"a": "b"})) == {"a": "b"}


def test_a_token_of_another_purpose_is_refused() -> None:
    """A token made for one purpose is worth nothing for another."""
    with pytest.raises(TokenError):
        Signer([NEW], "unsubscribe").read(Signer([NEW], "links").sign({"a": "b"}))


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_changed_token_is_refused(place: int, letter: str) -> None:
    """A token with one character changed reads as what was signed, or not at all."""
    signer = Signer([NEW], "links")
    token = signer.sign({"u": "https://shop.example/p/mug", "n": "x"})
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    try:
        values = signer.read(changed)
    except TokenError:
        return
    assert values == {"u": "https://shop.example/p/mug", "n": "x"}


def test_every_cut_token_is_refused() -> None:
    """No beginning of a token is a token."""
    signer = Signer([NEW], "links")
    token = signer.sign({"u": "https://shop.example/p/mug", "n": "x"})
    for length in range(len(token)):
        with pytest.raises(TokenError):
            signer.read(token[:length])


@given(st.text(max_size=100))
def test_any_text_is_refused_with_a_token_error(text: str) -> None:
    """Made-up tokens raise TokenError and nothing else."""
    with pytest.raises(TokenError):
        Signer([NEW], "links").read(text)


def test_an_overlong_token_is_refused_unread() -> None:
    """Nobody can make the server decompress or hash at will."""
    signer = Signer([NEW], "links")
    token = signer.sign({"u": secrets.token_hex(10_000)})
    assert len(token) > MAX_TOKEN
    with pytest.raises(TokenError):
        signer.read(token)


def test_tokens_are_short() -> None:
    """A share link's token leaves room in a request line: 22 characters of signature, compressed when that helps."""
    values = {"u": "https://shop.example/p/mug-1", "n": "whatsapp", "p": "mug-1", "t": "Stoneware mug"}
    assert len(Signer([NEW], "links").sign(values)) < 150


def test_each_purpose_has_a_key_of_its_own() -> None:
    """Keys are 32 bytes, depend on purpose and newest secret, and stay the same."""
    keys = {derive_key([NEW, OLD], purpose) for purpose in ("links", "share-id")} | {derive_key([OLD], "links")}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)
    assert derive_key([NEW], "links") == derive_key([NEW, OLD], "links")


def test_secrets_of_the_settings_win(tmp_path: Path) -> None:
    """With a secret given, no file is made."""
    assert secret_keys(settings_in(tmp_path, secret_key=[NEW, OLD])) == (NEW, OLD)
    assert not (tmp_path / "data").exists()


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Without a secret given, one is made, kept, and readable by nobody else."""
    settings = settings_in(tmp_path)
    keys = secret_keys(settings)
    assert keys == secret_keys(settings)
    file = settings.data_dir / "secret.key"
    assert len(keys[0]) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret.key"]


def test_two_shops_have_two_secrets(tmp_path: Path) -> None:
    """Made secrets are random."""
    assert secret_keys(settings_in(tmp_path / "a")) != secret_keys(settings_in(tmp_path / "b"))


PRINT_KEYS = """
import sys
from pathlib import Path
from sharekit.config import Settings
from sharekit.events.signing import secret_keys
print(*secret_keys(Settings(base_url="https://shop.example", data_dir=Path(sys.argv[1]))))
"""


def test_workers_that_start_together_agree(tmp_path: Path) -> None:
    """Processes that find no secret at the same moment end up with one."""
    command = [sys.executable, "-c", PRINT_KEYS, str(tmp_path / "data")]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    keys = {worker.communicate(timeout=60)[0].strip() for worker in workers}
    assert keys == set(secret_keys(settings_in(tmp_path)))


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 40])
def test_a_useless_secret_file_is_named(tmp_path: Path, content: bytes) -> None:
    """An empty or damaged secret is an error that says what to do, not a weak signature."""
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "secret.key").write_bytes(content)
    with pytest.raises(ConfigError, match=r"secret_key: .*Delete the file"):
        secret_keys(settings)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Where no secret can be made, the error says how to go on."""
    (tmp_path / "data").write_text("a file where the directory should be")
    with pytest.raises(ConfigError, match=r"Make data_dir writable, or pass secret_key="):
        secret_keys(settings_in(tmp_path))
