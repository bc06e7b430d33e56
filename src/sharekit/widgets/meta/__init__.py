"""Tags for a page's head: ``meta(product)``."""

from __future__ import annotations

from sharekit.widgets.meta.tags import meta

__all__ = ["meta"]
