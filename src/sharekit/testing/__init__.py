"""What users need in their own tests: events in memory, and the contracts of sinks and stores."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharekit.testing.capture import Captured as Captured
    from sharekit.testing.capture import capture_events as capture_events
    from sharekit.testing.reviews import ReviewStoreContract as ReviewStoreContract
    from sharekit.testing.sinks import SinkContract as SinkContract
    from sharekit.testing.stores import StoreContract as StoreContract

_PARTS = {
    "Captured": "sharekit.testing.capture",
    "ReviewStoreContract": "sharekit.testing.reviews",
    "SinkContract": "sharekit.testing.sinks",
    "StoreContract": "sharekit.testing.stores",
    "capture_events": "sharekit.testing.capture",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for, because contracts need pytest."""
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PARTS[name]), name)


def __dir__() -> list[str]:
    return sorted(_PARTS)
