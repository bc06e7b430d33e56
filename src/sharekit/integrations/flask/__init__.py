"""sharekit in Flask: after ``FlaskShareKit(app)``, templates know ``share_buttons`` and its kin."""

from __future__ import annotations

from sharekit.exceptions import MissingExtraError

try:
    from sharekit.integrations.flask.extension import FlaskShareKit, current_kit
except ImportError as error:
    if (error.name or "").partition(".")[0] not in {"flask", "werkzeug", "click"}:
        raise
    raise MissingExtraError("sharekit.integrations.flask", "flask") from error

__all__ = ["FlaskShareKit", "current_kit"]
