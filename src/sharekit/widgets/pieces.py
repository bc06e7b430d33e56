"""Pieces of a widget: a small template, filled in for each thing it shows.

What differs between two products is mostly text. So the template is rendered once per form (which values there are,
and the words it branches on), with marks where texts belong; every further piece of that form is a matter of filling
in. A template of the shop's own may branch on any value, so it is rendered with the values themselves each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar

from jinja2 import Environment
from markupsafe import Markup, escape

from sharekit.rendering.environment import is_own

View = TypeVar("View", bound=tuple[Any, ...])

Form = tuple[str, Callable[[Any], Any]]
"""HTML with gaps, and which values go into them."""

_MARK = re.compile("\x02([0-9]+)\x03")
_BETWEEN = "\x1f"
_MAX_FORMS = 512


class Piece(Generic[View]):
    """One kind of piece.

    Parameters:
        environment: where the template is looked up.
        template: its name.
        name: what the view is called in it.
        view: a ``NamedTuple``: first ``words`` values that the template branches on, then ``ready`` ones that are HTML
            already (as ``str``), then texts, which are escaped here. The library's own template may ask of the latter
            two whether they are empty, and nothing else.
        constants: what is the same for every piece, by name.
    """

    def __init__(
        self,
        environment: Environment,
        template: str,
        name: str,
        view: type[View],
        *,
        words: int,
        ready: int,
        constants: Mapping[str, Any],
    ) -> None:
        self._template = environment.get_template(template)
        self._name = name
        self._view = view
        self._words = words
        self._texts = words + ready
        self._constants = constants
        self.own = is_own(self._template)
        """Whether the template is the library's, so that texts may be filled in."""
        self._forms: dict[Any, Form] = {}

    def render(self, view: View) -> str:
        """The piece with these values; safe HTML."""
        if not self.own:
            return self._draw(view)
        words, texts = self._words, self._texts
        key = (view[:words], *map(bool, view[words:]))
        form = self._forms.get(key)
        if form is None:
            form = self._cut(view, key)
        return fill(form, view[words:texts] + tuple(escaped(view[texts:])))

    def _cut(self, view: View, key: Any) -> Form:
        words = self._words
        marks = [mark(number) if value else "" for number, value in enumerate(view[words:])]
        if len(self._forms) >= _MAX_FORMS:
            self._forms.clear()
        form = self._forms[key] = cut(self._draw((*view[:words], *marks)))
        return form

    def _draw(self, values: tuple[Any, ...]) -> str:
        words, texts = self._words, self._texts
        ready = (Markup(value) for value in values[words:texts])  # noqa: S704 - made of pieces, or of attributes()
        view = self._view(*values[:words], *ready, *values[texts:])
        return self._template.render({self._name: view, **self._constants})


def mark(number: int) -> str:
    """What stands for the value of that number in HTML that is going to be cut."""
    return f"\x02{number}\x03"


def cut(html: str) -> Form:
    """HTML with marks as a form, to be filled with the values that they stand for."""
    pieces = _MARK.split(html)
    order = [int(number) for number in pieces[1::2]]
    text = "%s".join(part.replace("%", "%%") for part in pieces[::2])
    return text, itemgetter(*order) if order else lambda values: ()


def fill(form: Form, values: Sequence[str]) -> str:
    """A form with its values, which are safe HTML already."""
    text, pick = form
    html: str = text % pick(values)
    return html


def escaped(texts: tuple[str, ...]) -> list[str]:
    """Every text escaped for HTML, in one go: that takes a quarter of the time."""
    found = str(escape(_BETWEEN.join(texts))).split(_BETWEEN)
    return found if len(found) == len(texts) else [str(escape(text)) for text in texts]
