"""Lint at the moment of rendering: an error while a shop is being made, a line in the log when it is open."""

from __future__ import annotations

import logging

from sharekit.exceptions import InvalidValueError
from sharekit.products import Look, Picture, Video
from sharekit.widgets.context import WidgetContext

_MOST = 10_000
_log = logging.getLogger("sharekit.widgets.tags")


def inspect(context: WidgetContext, thing: Picture | Look | Video) -> None:
    """Tell what :meth:`lint` finds: each thing once in the log, or with the ``debug`` setting its errors at every call.

    Raises:
        InvalidValueError: with ``debug``, when something lets a shopper or the law down.
    """
    debug = context.settings.debug
    key = (type(thing), thing.id)
    if key in context.inspected and not debug:
        return
    problems = thing.lint()
    errors = [problem for problem in problems if problem.severity == "error"]
    if debug and errors:
        others = f" ({len(errors) - 1} more; see {type(thing).__name__}.lint())" if len(errors) > 1 else ""
        raise InvalidValueError(errors[0].where, f"{errors[0].problem} [{errors[0].code}]{others}")
    if key in context.inspected:
        return
    if len(context.inspected) >= _MOST:
        context.inspected.clear()
    context.inspected.add(key)
    for problem in problems:
        _log.warning("%r: %s", thing.id, problem)
