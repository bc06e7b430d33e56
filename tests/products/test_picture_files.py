"""The size of a picture comes out of the head of its file; nothing is unpacked."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from sharekit import Picture
from sharekit.exceptions import InvalidValueError, MissingExtraError


def saved(folder: Path, form: str, size: tuple[int, int] = (60, 40), orientation: int = 0) -> Path:
    """A picture file, turned by EXIF when asked."""
    path = folder / f"picture.{form}"
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.new("RGB", size, "teal").save(path, form, **({"exif": exif} if orientation else {}))
    return path


@pytest.mark.parametrize("form", ["jpeg", "png", "webp", "gif", "avif"])
def test_the_size_is_read_from_the_usual_formats(form: str, tmp_path: Path) -> None:
    """And everything else about a picture is passed along."""
    picture = Picture.from_file(saved(tmp_path, form), src="/a.jpg", alt="Teal", credit="Ana")
    assert (picture.src, picture.width, picture.height, picture.alt, picture.credit) == (
        "/a.jpg",
        60,
        40,
        "Teal",
        "Ana",
    )


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (3, False), (5, True), (6, True), (8, True)])
def test_turned_pictures_have_the_size_that_browsers_show(
    form: str, orientation: int, turned: bool, tmp_path: Path
) -> None:
    """Phones write the picture as the chip saw it, and say which side is up."""
    picture = Picture.from_file(str(saved(tmp_path, form, orientation=orientation)), src="/a.jpg")
    assert (picture.width, picture.height) == ((40, 60) if turned else (60, 40))


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [6_325, 10_000, 20_000, 2**31 - 1])
def test_bombs_are_refused_by_their_head(side: int, tmp_path: Path) -> None:
    """A few bytes that would unpack to gigabytes; the largest that is taken has 40 megapixels."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_head(side, side))
    with pytest.raises(InvalidValueError, match="more than 40 megapixels"):
        Picture.from_file(path, src="/a.png")
    path.write_bytes(png_head(8_000, 5_000))
    assert Picture.from_file(path, src="/a.png").width == 8_000


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, empty, text, SVG, another format, cut off: each with a clear word."""
    text, svg, bmp, cut = (tmp_path / name for name in ("a.jpg", "a.svg", "a.bmp", "cut.jpg"))
    text.write_text("not a picture")
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    Image.new("RGB", (3, 3)).save(bmp)
    made = io.BytesIO()
    Image.new("RGB", (60, 40)).save(made, "jpeg")
    cut.write_bytes(made.getvalue()[:30])
    empty = tmp_path / "empty.png"
    empty.touch()
    for path in (text, svg, bmp, empty, cut, tmp_path, tmp_path / "missing.jpg"):
        with pytest.raises(InvalidValueError) as caught:
            Picture.from_file(path, src="/a.jpg")
        assert caught.value.field == "Picture.from_file"
        assert len(str(caught.value)) < 400


def test_without_pillow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is the command that installs it."""
    path = saved(tmp_path, "png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r"sharekit-web\[pictures\]"):
        Picture.from_file(path, src="/a.png")
