"""Drawings for wares without a picture: plain shapes and an initial, chosen by the ware's id."""

from __future__ import annotations

from hashlib import blake2b
from html import escape

_PALETTES = (
    ("#F1E4CF", "#C4553B", "#22304A", "#EBA93F"),
    ("#CFE2DD", "#2C6B70", "#17444A", "#F2CB57"),
    ("#EFBFA6", "#8E3A26", "#633A4B", "#FFF8EA"),
    ("#AEB681", "#5F7348", "#22304A", "#FFF8EA"),
    ("#A8CBD8", "#22304A", "#2C6B70", "#E07B5C"),
    ("#EBA93F", "#8E3A26", "#1A2536", "#FFF8EA"),
    ("#2C6B70", "#CFE2DD", "#F2CB57", "#EFBFA6"),
    ("#22304A", "#E07B5C", "#EBA93F", "#CFE2DD"),
)


def placeholder_svg(key: str, title: str, department: str = "") -> str:
    """A drawing of 800 × 1000.

    Parameters:
        key: decides shapes; the same key gives the same drawing.
        title: its first letter or digit is drawn.
        department: decides the colours, so that a department has a look of its own.
    """
    seed = blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
    family = blake2b((department or key).encode("utf-8", "replace"), digest_size=2).digest()
    palette = _PALETTES[(family[0] + seed[0] % 2) % len(_PALETTES)]
    ground, main, deep, light = palette
    shapes = _SHAPES[seed[1] % len(_SHAPES)](seed, main, deep, light)
    initial = next((char for char in title if char.isalnum()), "·").upper()[:1]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1000" width="800" height="1000">'
        f'<rect width="800" height="1000" fill="{ground}"/>{shapes}{_grain(seed, deep)}'
        f'<text x="400" y="612" font-family="Palatino, Georgia, serif" font-size="300" text-anchor="middle" '
        f'fill="{ground}">{escape(initial)}</text></svg>'
    )


def _arch(seed: bytes, main: str, deep: str, light: str) -> str:
    sun = 300 + seed[2] % 200
    return (
        f'<circle cx="{sun}" cy="220" r="{90 + seed[3] % 60}" fill="{light}"/>'
        f'<path d="M150 1000V540C150 400 262 290 400 290S650 400 650 540V1000z" fill="{main}"/>'
        f'<path d="M0 {820 + seed[4] % 60}Q400 {700 + seed[5] % 80} 800 {830 + seed[6] % 50}V1000H0z" fill="{deep}"/>'
    )


def _waves(seed: bytes, main: str, deep: str, light: str) -> str:
    rows = "".join(
        f'<path d="M-{60 + seed[6 + row] % 80} {760 + row * 76}'
        + "q50-44 100 0t100 0" * 5
        + f'V1010H-150z" fill="{(main, deep)[row % 2]}"/>'
        for row in range(3)
    )
    small = f'<circle cx="{150 + seed[2]}" cy="150" r="70" fill="{light}"/>'
    return f'<circle cx="400" cy="520" r="270" fill="{main}"/>{small}{rows}'


def _tiles(seed: bytes, main: str, deep: str, light: str) -> str:
    marks = []
    for place in range(20):
        x, y, kind = place % 4 * 200, place // 4 * 200, seed[place % 16] % 4
        if kind == 0:
            marks.append(f'<path d="M{x} {y}h200a200 200 0 0 1-200 200z" fill="{light}"/>')
        elif kind == 1:
            marks.append(f'<path d="M{x + 200} {y}v200h-200a200 200 0 0 1 200-200z" fill="{deep}" opacity=".8"/>')
        elif kind == 2:
            marks.append(f'<circle cx="{x + 100}" cy="{y + 100}" r="60" fill="{deep}" opacity=".5"/>')
    return "".join(marks) + f'<circle cx="400" cy="510" r="250" fill="{main}"/>'


def _stripes(seed: bytes, main: str, deep: str, light: str) -> str:
    step = 70 + seed[2] % 40
    bars = "".join(
        f'<rect x="{x}" y="-300" width="{step // 2}" height="1700" fill="{light}" opacity=".55"/>'
        for x in range(-400, 1300, step)
    )
    return (
        f'<g transform="rotate({seed[3] % 60 - 30} 400 500)">{bars}</g>'
        f'<rect x="140" y="250" width="520" height="520" rx="{seed[4] % 3 * 130}" fill="{main}"/>'
        f'<rect y="880" width="800" height="120" fill="{deep}"/>'
    )


def _hills(seed: bytes, main: str, deep: str, light: str) -> str:
    return (
        f'<circle cx="{480 + seed[2] % 160}" cy="{220 + seed[3] % 80}" r="140" fill="{light}"/>'
        f'<path d="M-20 1000C60 {300 + seed[4] % 60} 300 180 420 260S760 560 840 1000z" fill="{main}"/>'
        f'<path d="M-20 1000V840C200 {740 + seed[5] % 60} 420 980 820 {800 + seed[6] % 60}V1000z" fill="{deep}"/>'
    )


_SHAPES = (_arch, _waves, _tiles, _stripes, _hills)


def _grain(seed: bytes, colour: str) -> str:
    """Specks in one path, from a small generator, so that the drawing never changes."""
    state = int.from_bytes(seed[:8], "big") | 1
    moves = []
    for _ in range(220):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        moves.append(f"M{(state >> 33) % 800} {(state >> 44) % 1000}h0")
    return f'<path d="{"".join(moves)}" stroke="{colour}" stroke-width="4" stroke-linecap="round" opacity=".3"/>'
