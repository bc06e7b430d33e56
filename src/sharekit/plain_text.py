"""The text of HTML that strangers wrote."""

from __future__ import annotations

from html.parser import HTMLParser

_BLOCKS = frozenset({
    "p", "div", "li", "ul", "ol", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "article",
    "blockquote", "dt", "dd", "pre", "figure", "form", "center",
})  # fmt: skip
_SILENT = frozenset({
    "script", "style", "template", "noscript", "iframe", "svg", "math", "object", "video", "head", "title",
})  # fmt: skip


def plain_text(markup: str, *, lines: bool = False) -> str:
    """The text of HTML: a line for each block, a bullet before each item, nothing of what scripts and styles hold.

    Parameters:
        lines: keep the line breaks between tags, too, as in texts that people typed; to a browser they are blanks.
    """
    parser = _Text(lines=lines)
    parser.feed(markup)
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    def __init__(self, *, lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._lines = lines
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag in _BLOCKS and tag != "li":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._lines else data.replace("\n", " "))
