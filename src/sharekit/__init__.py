"""Share buttons, social previews and first-party share analytics for shop pages.

``from sharekit import ShareKit, Product`` is all most apps need; the rest is in modules named after what they do.
"""

from sharekit.config import Settings
from sharekit.events.model import Event, Item
from sharekit.exceptions import ShareKitError
from sharekit.kit import ShareKit
from sharekit.networks.model import Network
from sharekit.products import Money, Picture, Product, Rating, Shareable
from sharekit.sinks.base import Result, Retry, Sink

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
