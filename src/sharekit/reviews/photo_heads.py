"""What the first bytes of a file say of the picture in it, before any decoder sees it."""

from __future__ import annotations

from typing import Literal

Kind = Literal["JPEG", "PNG", "WEBP"]


def sniff(data: bytes) -> Kind | None:
    """Which of the three formats the file begins as; its name and declared type do not matter."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP file by its first chunk (RFC 9649, sections 2.5 to 2.7); 0 × 0 when it has none."""
    chunk, head = data[12:16], data[20:30]
    if len(head) < 10:
        return 0, 0
    if chunk == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return 0, 0
