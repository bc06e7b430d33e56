"""The tags of a video as a WebVTT file (https://www.w3.org/TR/webvtt1/), for a track of kind ``metadata``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sharekit.products.video import Video

_LAST = 360_000_000
"""Milliseconds at which a cue ends whose tag has no end: a hundred hours."""


def to_webvtt(video: Video) -> str:
    """One cue per tag, from its start to its end: ``{"tag": 2, "product": "shirt", "x": 0.4, "y": 0.6}``."""
    cues = []
    for number, tag in enumerate(video.tags, 1):
        told = {"tag": number, "product": ",".join(product.id for product in tag.products), "x": tag.x, "y": tag.y}
        # Neither an arrow nor a line break may stand in a cue; as JSON escapes they are the same text.
        text = json.dumps(told).replace(">", "\\u003e")
        end = _LAST if tag.end is None else round(tag.end * 1_000)
        cues.append(f"{number}\n{_time(round((tag.start or 0) * 1_000))} --> {_time(end)}\n{text}\n")
    return "\n".join(["WEBVTT\n", *cues])


def _time(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1_000:02}.{rest % 1_000:03}"
