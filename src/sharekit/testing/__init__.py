"""What users need in their own tests: the contracts that a store of their own can be held to."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharekit.testing.reviews import ReviewStoreContract as ReviewStoreContract

_PARTS = {
    "ReviewStoreContract": "sharekit.testing.reviews",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for, because contracts need pytest."""
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PARTS[name]), name)


def __dir__() -> list[str]:
    return sorted(_PARTS)
