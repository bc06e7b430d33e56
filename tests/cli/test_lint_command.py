"""``sharekit-web lint``: what is wrong with files of tagged pictures, for people and for builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sharekit import Picture, Product, ProductTag
from sharekit.cli import main

SHIRT = Product(id="shirt", title="Linen shirt", url="/p/shirt", price="49.00", currency="EUR")
FREE = Product(id="free", title="Leaflet", url="/p/leaflet")


def kept(folder: Path, *tags: ProductTag, products: bool = True, **fields: Any) -> Path:
    """A file as the tag editor writes it."""
    picture = Picture("/a.jpg", 1200, 800, "A man at the beach", tags=tags, **fields)
    path = folder / "beach.json"
    path.write_text(json.dumps(picture.to_dict(products=products)))
    return path


def test_a_good_file_is_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a word, and with 0."""
    assert main(["lint", str(kept(tmp_path, ProductTag(SHIRT, 0.5, 0.5))), "--strict"]) == 0
    assert capsys.readouterr() == ("Nothing is wrong.\n", "")


def test_errors_fail_and_warnings_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A build stops for what lets people down."""
    path = str(kept(tmp_path, ProductTag(FREE, 0.5, 0.5)))
    assert main(["lint", path]) == 0
    assert capsys.readouterr().out.startswith("warning  Picture.tags[1]: product 'free' has no price to show.")
    assert main(["lint", path, "--strict"]) == 1
    assert main(["lint", str(kept(tmp_path, customer=True))]) == 1


def test_the_answer_may_be_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file each problem is in."""
    path = kept(tmp_path, ProductTag(FREE, 0.5, 0.5))
    assert main(["lint", str(path), str(path), "--format", "json"]) == 0
    problems = json.loads(capsys.readouterr().out)
    assert [problem["code"] for problem in problems] == ["price-missing"] * 2
    assert problems[0]["file"] == str(path)
    assert set(problems[0]) == {"file", "code", "where", "problem", "severity"}


def test_products_may_come_from_a_catalogue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Our own JSON, or any file the demo can show; without one it is said that products were not looked at."""
    path = str(kept(tmp_path, ProductTag(FREE, 0.5, 0.5), products=False))
    assert main(["lint", path]) == 0
    said = capsys.readouterr()
    assert said.out == "Nothing is wrong.\n"
    assert "pass --catalog FILE" in said.err
    own, table = tmp_path / "products.json", tmp_path / "feed.tsv"
    own.write_text(json.dumps([FREE.to_dict() | {"paid": True}]))
    table.write_text(
        "id\ttitle\tlink\tprice\tavailability\nfree\tLeaflet\thttps://shop.example/l\t1.00 EUR\tin stock\n"
    )
    assert main(["lint", path, "--catalog", str(own)]) == 1
    assert "disclosure-missing" in capsys.readouterr().out
    assert main(["lint", path, "--catalog", str(table)]) == 0
    assert capsys.readouterr() == ("Nothing is wrong.\n", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"src": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b'{"src"', "is not JSON"),
    ],
    ids=["empty", "bytes", "deep", "digits", "cut"],
)
def test_what_is_no_json_is_a_clear_error(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a traceback."""
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert main(["lint", str(path)]) == 2
    assert words in capsys.readouterr().err
    assert main(["lint", str(kept(tmp_path)), "--catalog", str(path)]) == 2


def test_missing_files_are_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file's or the catalogue's."""
    path = str(kept(tmp_path))
    for words in (["lint", str(tmp_path / "x.json")], ["lint", str(tmp_path)], ["lint", path, "--catalog", "/x.csv"]):
        assert main(words) in {1, 2}
        assert "Traceback" not in capsys.readouterr().err
    assert main(["lint"]) == 2
    assert main(["lint", path, "--format", "xml"]) == 2


def test_names_in_a_file_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences are taken out."""
    path = tmp_path / "evil.json"
    path.write_text(json.dumps({"src": "/a.jpg", "\x1b[2J": 1, "tags": [{"product": "\x1b]0;x\x07"}]}))
    assert main(["lint", str(path)]) == 1
    assert "\x1b" not in capsys.readouterr().out
