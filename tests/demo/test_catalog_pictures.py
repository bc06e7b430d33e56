"""Pictures beside a catalogue: only those it names, only from beneath its folder, only pictures."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from sharekit.demo.pictures import Shelf, UnusablePicture, looks_like, size_of


def png(width: int = 3, height: int = 2) -> bytes:
    """A real PNG of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x80\x40\x20" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue's folder, with a secret beside it and one within."""
    root = tmp_path / "shop"
    (root / "pics").mkdir(parents=True)
    (root / "pics" / "cup.png").write_bytes(png())
    (root / "pics" / "Ünïcode näme.png").write_bytes(png())
    (root / "pics" / "fake.png").write_text("<script>alert(1)</script>")
    (root / "pics" / "drawn.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    (root / "notes.txt").write_text("private")
    (tmp_path / "secret.png").write_bytes(png())
    (root / "pics" / "link.png").symlink_to(tmp_path / "secret.png")
    return root


def test_named_pictures_are_found_with_their_size(folder: Path) -> None:
    """A picture is put on the shelf under a safe name."""
    shelf = Shelf(folder)
    name, size = shelf.put("pics/cup.png")
    assert size == (3, 2)
    assert shelf.find(name) == (folder / "pics" / "cup.png", "image/png")
    odd, _ = shelf.put("pics/Ünïcode näme.png")
    assert odd.isascii()
    assert shelf.find(odd)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png",
        "pics/../../secret.png",
        "/etc/passwd",
        "pics/link.png",
        "notes.txt",
        "pics/fake.png",
        "pics/gone.png",
        "pics",
        "",
        "pics\\cup.png",
        "pics/cup.png\x00.png",
        "a" * 5_000 + ".png",
    ],
)
def test_everything_else_is_refused(folder: Path, path: str) -> None:
    """Out of the folder, through a link, of another type, lying about its type, or not there."""
    with pytest.raises(UnusablePicture):
        Shelf(folder).put(path)


def test_a_file_that_turns_into_a_link_is_not_served(folder: Path) -> None:
    """What was checked when the catalogue was read is checked again when the picture is asked for."""
    shelf = Shelf(folder)
    name, _ = shelf.put("pics/cup.png")
    (folder / "pics" / "cup.png").unlink()
    assert shelf.find(name) is None
    (folder / "pics" / "cup.png").symlink_to(folder.parent / "secret.png")
    assert shelf.find(name) is None


def test_pictures_are_served_and_nothing_beside_them(folder: Path, make_demo: Callable[..., Flask]) -> None:
    """The route gives the named pictures with a type and a policy, and 404 for all else."""
    (folder / "list.json").write_text(
        '[{"id":"1","title":"Cup","images":["pics/cup.png","pics/drawn.svg","../secret.png"]}]'
    )
    client = make_demo(catalog=folder / "list.json").test_client()
    page = client.get("/p/1").text
    names = [part.split('"')[0] for part in page.split('src="/pictures/')[1:]]
    assert len(set(names)) == 2
    for name in names:
        answer = client.get(f"/pictures/{name}")
        assert answer.status_code == 200
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()
    for path in ("cup.png", "../list.json", "..%2Flist.json", "pics/cup.png", "%2e%2e/secret.png"):
        assert client.get(f"/pictures/{path}").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example;script-src/*.png",
        "https://cdn.example,evil/x.png",
        "https://*/x.png",
        "https://user:pw@cdn.example/x.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "c:/windows/cup.png",
    ],
)
def test_odd_hosts_never_reach_the_policy(make_demo: Callable[..., Flask], tmp_path: Path, address: str) -> None:
    """What stands in a catalogue cannot add a rule to the policy header."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"id": "1", "title": "Cup", "images": [address, "https://ok.example/x y.png"]}]))
    app = make_demo(catalog=path)
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' https://ok.example; base-uri 'none';")
    assert len(app.extensions["shop"].catalog.notes) == 1


def test_sizes_are_read_from_the_first_bytes() -> None:
    """PNG, GIF, JPEG and the three forms of WebP; nonsense has no size."""
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x0b\x08\x00\x20\x00\x40\x01"
    assert size_of(png(640, 480)) == (640, 480)
    assert size_of(b"GIF89a\x10\x00\x20\x00") == (16, 32)
    assert size_of(jpeg + b"\x00" * 20) == (64, 32)
    assert size_of(b"RIFF....WEBPVP8X" + b"\x00" * 8 + b"\x0f\x00\x00\x1f\x00\x00") == (16, 32)
    assert size_of(b"RIFF....WEBPVP8L" + b"\x00" * 4 + b"\x2f" + (15 | 31 << 14).to_bytes(4, "little")) == (16, 32)
    assert size_of(b"RIFF....WEBPVP8 " + b"\x00" * 10 + b"\x10\x00\x20\x00") == (16, 32)
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00" * 9, b"hello"):
        assert size_of(head) is None
    assert looks_like("image/avif", b"\x00\x00\x00\x20ftypavif")
