"""The text of HTML that strangers wrote."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_BLOCKS = frozenset({
    "p", "div", "li", "ul", "ol", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "article",
    "blockquote", "dt", "dd", "pre", "figure", "form", "center",
})  # fmt: skip
_SILENT = frozenset({
    "script", "style", "template", "noscript", "iframe", "svg", "math", "object", "video", "head", "title",
})  # fmt: skip


def plain_text(markup: str, *, lines: bool = False) -> str:
    """The text of HTML: a line for each block, a bullet before each item, nothing of what scripts and styles hold.

    The time it takes grows with the length alone, whatever the text is; a parser of HTML takes its square for some.
    What that costs are rare forms (a ``>`` within an attribute), whose rest is shown as text. The answer is text and
    not markup: it still has to be escaped.

    Parameters:
        lines: keep the line breaks between tags, too, as in texts that people typed; to a browser they are blanks.
    """
    parts: list[str] = []
    silent = ""
    for piece in _TAG.split(markup):
        found = _NAME.match(piece)
        if found is None:
            if not silent and not (piece.startswith(("<!", "<?")) and piece.endswith(">")):
                parts.append(html.unescape(piece if lines else piece.replace("\n", " ")))
            continue
        closing, name = bool(found[1]), found[2].lower()
        if silent:
            silent = "" if closing and name == silent else silent
        elif name in _SILENT:
            silent = "" if closing or piece.endswith("/>") else name
        elif name in _BLOCKS and not (closing and name == "li"):
            parts.append("\n• " if name == "li" else "\n")
    return "".join(parts)
