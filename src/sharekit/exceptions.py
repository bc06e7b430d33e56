"""Every error raised on purpose.

Each class is a :class:`ShareKitError` and, where one fits, the standard type a caller would expect
(``ValueError``, ``LookupError`` ...), so both ``except ShareKitError`` and ``except ValueError`` work.
The message says what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ShareKitError(Exception):
    """Base of every error this library raises on purpose."""


class ConfigError(ShareKitError, ValueError):
    """A setting is unknown, missing or has a value that cannot work. The message names the setting."""


class InvalidValueError(ShareKitError, ValueError):
    """Something the shop handed over cannot be used.

    Parameters:
        field: name of the field, dotted for nested ones (``"Product.price"``).
        problem: what is wrong and what to pass instead.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class UnknownNameError(ShareKitError, LookupError):
    """A network, sink, event or other part was asked for by a name nobody registered.

    Parameters:
        kind: what was asked for, in the singular (``"network"``).
        name: the name asked for.
        known: the names that exist; near ones are offered as "did you mean".
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = sorted(known)
        super().__init__(f"unknown {kind} {name!r}.{did_you_mean(name, self.known)}")


class DeadNetworkError(ShareKitError, LookupError):
    """A network was asked for that has closed. The message names the date and an alternative."""


class MissingExtraError(ShareKitError, ImportError):
    """An optional package is needed that is not installed. The message is the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f'{what} needs an optional package. Install it with: pip install "sharekit-web[{extra}]"')


class EventError(ShareKitError, ValueError):
    """An event that cannot be recorded: unknown name, wrong type, too large.

    Parameters:
        field: the field at fault (``"name"``, ``"props"``), or ``"body"`` for the whole.
        problem: what is wrong with it, short enough for an HTTP answer.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class JournalError(ShareKitError, OSError):
    """The journal could not keep an event (disk full, directory read-only, database locked).

    Nothing was acknowledged: the event is not recorded. The collector answers 503.
    """


class DeliveryError(ShareKitError, RuntimeError):
    """The process that delivers refused what it was asked for, or did not answer."""


class StoreError(ShareKitError, RuntimeError):
    """A store could not answer a report (not there yet, from a newer version, damaged)."""


class TokenError(ShareKitError, ValueError):
    """A signed token is malformed, was changed, or was signed with a key no longer in ``secret_key``."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The closing half of an error about an unknown name: near matches first, else the known names."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f" Did you mean {' or '.join(repr(match) for match in near)}?"
    if not names:
        return " None is registered."
    return f" Known: {', '.join(names)}."
