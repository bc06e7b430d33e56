"""Find a part by name: first the built-in table, then the entry points of installed packages.

A table maps a name to a dotted path (``"package.module:attribute"``) and, where the part leans on an
optional package, to the extra that installs it. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sharekit.exceptions import MissingExtraError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One row of a built-in table: where the part lives, and the extra that installs what it needs."""

    path: str
    extra: str | None = None


class Registry:
    """Parts of one kind, by name.

    Parameters:
        kind: what the parts are, in the singular; used in error messages (``"sink"``).
        group: entry point group in which other packages offer parts (``"sharekit.sinks"``).
        built_in: this library's own table.
    """

    def __init__(self, kind: str, group: str, built_in: Mapping[str, BuiltIn]) -> None:
        self.kind = kind
        self.group = group
        self._built_in = dict(built_in)

    def names(self) -> list[str]:
        """All known names, sorted: built-in ones and those of installed packages."""
        return sorted({*self._built_in, *(point.name for point in self._points())})

    def load(self, name: str) -> Any:
        """The part itself (a class, function or object), imported now.

        Raises:
            UnknownNameError: nobody registered the name.
            MissingExtraError: the part's optional package is not installed.
        """
        row = self._built_in.get(name)
        if row is not None:
            return self._import(name, row)
        for point in self._points():
            if point.name == name:
                return point.load()
        raise UnknownNameError(self.kind, name, self.names())

    def others(self) -> Iterable[tuple[str, Any]]:
        """Name and loaded part of everything that installed packages offer."""
        for point in self._points():
            yield point.name, point.load()

    def _points(self) -> Iterable[EntryPoint]:
        from importlib.metadata import entry_points  # costs 20 ms, and an app that names no plug-in never gets here

        return entry_points(group=self.group)

    def _import(self, name: str, row: BuiltIn) -> Any:
        module, _, attribute = row.path.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ImportError as error:
            if row.extra is None or (error.name or "").startswith("sharekit"):
                raise
            raise MissingExtraError(f"the {self.kind} {name!r}", row.extra) from error
