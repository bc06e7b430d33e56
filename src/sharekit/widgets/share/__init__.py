"""Share buttons: ``share_buttons(product)``."""

from __future__ import annotations

from sharekit.widgets.share.buttons import share_buttons

__all__ = ["share_buttons"]
