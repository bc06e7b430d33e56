"""Product tags on pictures: ``product_tags(picture)``."""

from __future__ import annotations

from sharekit.widgets.tags.looks import product_tags

__all__ = ["product_tags"]
