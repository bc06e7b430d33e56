"""The files of ``sharekit-web tag``: what can be tagged, what is loaded, how it is kept."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sharekit import Picture
from sharekit.cli import main
from sharekit.cli.tag_files import Desk, write_atomically
from sharekit.exceptions import ConfigError


def test_a_new_picture_knows_its_size_and_has_no_tags(picture_file: Path) -> None:
    """The size is read from the file's head; the address is the file's name until somebody says better."""
    picture = Desk(picture_file).picture({})
    assert (picture.src, picture.width, picture.height, picture.tags) == ("table.png", 600, 400, ())
    assert Desk(picture_file, src="/img/table.png").picture({}).src == "/img/table.png"


def test_an_odd_file_name_becomes_an_address(picture_file: Path) -> None:
    """Blanks and letters beyond ASCII are percent-encoded."""
    path = picture_file.rename(picture_file.with_name("gedeckter Tisch ä.png"))
    assert Desk(path).picture({}).src == "gedeckter%20Tisch%20%C3%A4.png"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.png", None, "No such file"),
        ("words.txt", b"text", "is not one of"),
        ("empty.png", b"", "is empty"),
        ("fake.png", b"<script>", "does not hold what its ending"),
        ("fake.svg", b"\x89PNG", "does not hold what its ending"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    """The message names the file and says what to pass."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=reason) as caught:
        Desk(tmp_path / name)
    assert name in str(caught.value)


def test_what_was_kept_is_loaded_again(picture_file: Path, tagged: dict[str, Any]) -> None:
    """Tags, products and the address survive."""
    desk = Desk(picture_file)
    made = Picture.from_dict(tagged)
    assert desk.keep(made) == picture_file.with_name("table.tags.json")
    assert desk.picture({}) == made
    assert Desk(picture_file, src="/new.png").picture({}).src == "/new.png"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"src": "a.png", "tags": 3}', '{"src": NaN}', "[" * 20_000])
def test_a_file_of_something_else_is_left_alone(picture_file: Path, tmp_path: Path, content: str) -> None:
    """It is not taken for an empty one and written over."""
    out = tmp_path / "orders.json"
    out.write_text(content)
    with pytest.raises(ConfigError, match=r"orders\.json"):
        Desk(picture_file, out).picture({})
    assert out.read_text() == content


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    """Text that cannot be written leaves the old file, and no draft beside it."""
    path = tmp_path / "a.json"
    write_atomically(path, "old")
    path.chmod(0o640)
    write_atomically(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it points to is written."""
    (tmp_path / "real.json").write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing.png"], "No such file"),
        (["table.png", "--out", "nowhere/tags.json"], "is not a directory"),
        (["table.png", "--catalog", "nothing.csv"], "No such file"),
        (["table.png", "--port", "99999"], "is not a port"),
        (["table.png", "--src", "javascript:alert(1)"], "scheme"),
        ([], "PICTURE"),
    ],
)
def test_the_command_says_what_is_wrong(
    picture_file: Path,
    arguments: list[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A sentence and an exit code, never a traceback, and no server."""
    monkeypatch.chdir(picture_file.parent)
    assert main(["tag", *arguments, "--no-open"]) in {1, 2}
    assert reason in capsys.readouterr().err


def test_a_broken_file_of_tags_is_told_at_once(
    picture_file: Path, capsys: pytest.CaptureFixture[str], make_broken: Callable[[], Path]
) -> None:
    """Not only when the browser asks for the page."""
    out = make_broken()
    assert main(["tag", str(picture_file), "--out", str(out), "--no-open"]) == 2
    assert "broken.json" in capsys.readouterr().err


@pytest.fixture
def make_broken(tmp_path: Path) -> Callable[[], Path]:
    """A function that writes a file cut off in the middle."""

    def make() -> Path:
        path = tmp_path / "broken.json"
        path.write_text(json.dumps({"src": "a.png"})[:-3])
        return path

    return make
