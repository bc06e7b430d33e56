"""Pictures that lie beside a catalogue file: which may be shown, how large they are, and what type they have."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path

from sharekit.exceptions import ShareKitError

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
}
"""File endings of pictures that are served, and the type each is served as."""

MAX_BYTES = 20 * 1024 * 1024
_HEAD = 256 * 1024


class UnusablePicture(ShareKitError):  # noqa: N818 (read as a sentence: the picture ... is unusable because)
    """A picture that is not shown. The message is the second half of a sentence: "is not there"."""


class Shelf:
    """The pictures of one folder that a catalogue names. Nothing else in the folder can be asked for.

    Parameters:
        folder: pictures lie in it or beneath; paths that lead out of it, also by symbolic links, are refused.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._paths: dict[str, Path] = {}

    def put(self, relative: str) -> tuple[str, tuple[int, int] | None]:
        """Put a picture on the shelf.

        Returns:
            The name under which :meth:`find` gives it, and its width and height in pixels where they can be read.

        Raises:
            UnusablePicture: it leads out of the folder, is not a picture, is missing or far too large.
        """
        path = self._inside(relative)
        kind = TYPES[path.suffix.lower()]
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not looks_like(kind, head):
            raise UnusablePicture(f"does not hold what its ending {path.suffix} says")
        key = blake2b(str(path.relative_to(self._folder)).encode(errors="surrogateescape"), digest_size=5).hexdigest()
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-")[:60] or "picture"
        name = f"{key}-{stem}{path.suffix.lower()}"
        self._paths[name] = path
        return name, size_of(head)

    def find(self, name: str) -> tuple[Path, str] | None:
        """Path and type of a picture on the shelf; ``None`` when it is not there (any more)."""
        path = self._paths.get(name)
        if path is None or path.resolve() != path or not path.is_file():
            return None
        return path, TYPES[path.suffix.lower()]

    def _inside(self, relative: str) -> Path:
        if not relative or "\x00" in relative or "\\" in relative:
            raise UnusablePicture("is not a path")
        try:
            path = (self._folder / relative).resolve()
            inside = path.is_relative_to(self._folder)
            there = inside and path.is_file()
            size = path.stat().st_size if there else 0
        except (OSError, RuntimeError, ValueError):
            raise UnusablePicture("cannot be read") from None
        if not inside:
            raise UnusablePicture("lies outside the folder of the catalogue")
        if path.suffix.lower() not in TYPES:
            raise UnusablePicture(f"is not one of {', '.join(sorted(TYPES))}")
        if not there:
            raise UnusablePicture("is not there")
        if not 0 < size <= MAX_BYTES:
            raise UnusablePicture("is empty" if not size else f"is larger than {MAX_BYTES // 1024 // 1024} MB")
        return path


def looks_like(kind: str, head: bytes) -> bool:
    """Whether the first bytes are those of the type."""
    match kind:
        case "image/png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "image/jpeg":
            return head.startswith(b"\xff\xd8\xff")
        case "image/gif":
            return head.startswith((b"GIF87a", b"GIF89a"))
        case "image/webp":
            return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        case "image/avif":
            return head[4:8] == b"ftyp" and b"avif" in head[8:64] + head[8:64].lower()
        case _:
            return b"<svg" in head


def size_of(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the beginning of a PNG, GIF, WebP or JPEG; ``None`` when they can't be read."""
    try:
        size = _png(head) or _gif(head) or _webp(head) or _jpeg(head)
    except IndexError:
        return None
    return size if size and all(0 < side < 65_536 for side in size) else None


def _big(data: bytes, start: int, count: int) -> int:
    return int.from_bytes(data[start : start + count], "big")


def _little(data: bytes, start: int, count: int) -> int:
    return int.from_bytes(data[start : start + count], "little")


def _png(head: bytes) -> tuple[int, int] | None:
    return (_big(head, 16, 4), _big(head, 20, 4)) if looks_like("image/png", head) else None


def _gif(head: bytes) -> tuple[int, int] | None:
    return (_little(head, 6, 2), _little(head, 8, 2)) if looks_like("image/gif", head) else None


def _webp(head: bytes) -> tuple[int, int] | None:
    # https://developers.google.com/speed/webp/docs/riff_container
    if not looks_like("image/webp", head):
        return None
    match head[12:16]:
        case b"VP8X":
            return _little(head, 24, 3) + 1, _little(head, 27, 3) + 1
        case b"VP8L":
            bits = _little(head, 21, 4)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            return _little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF


def _jpeg(head: bytes) -> tuple[int, int] | None:
    if not looks_like("image/jpeg", head):
        return None
    place = 2
    while place + 9 < len(head):
        if head[place] != 0xFF:
            return None
        marker = head[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return _big(head, place + 7, 2), _big(head, place + 5, 2)
        place += 2 + (0 if marker == 0x01 or 0xD0 <= marker <= 0xD7 else _big(head, place + 2, 2))
    return None
