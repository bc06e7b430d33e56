"""Share buttons, social previews and first-party share analytics for shop pages."""

from typing import TYPE_CHECKING, Any

from sharekit.config import Settings
from sharekit.events.model import Event, Item
from sharekit.exceptions import ShareKitError
from sharekit.products import Money, Picture, Product, Rating, Shareable
from sharekit.sinks.base import Result, Retry, Sink

if TYPE_CHECKING:
    from sharekit.kit import ShareKit
    from sharekit.networks.model import Network

__version__ = "0.1.0"

__all__ = [
    "Event",
    "Item",
    "Money",
    "Network",
    "Picture",
    "Product",
    "Rating",
    "Result",
    "Retry",
    "Settings",
    "ShareKit",
    "ShareKitError",
    "Shareable",
    "Sink",
]


def __getattr__(name: str) -> Any:
    if name == "ShareKit":
        from sharekit.kit import ShareKit

        return ShareKit
    if name == "Network":
        from sharekit.networks.model import Network

        return Network
    raise AttributeError(name)
