"""Share buttons, social previews and first-party share analytics for shop pages.

``from sharekit import ShareKit, Product`` is all most apps need; the rest is in modules named after what they do.
"""

from sharekit.config import Settings
from sharekit.events.model import Event, Item
from sharekit.exceptions import ShareKitError
from sharekit.kit import ShareKit
from sharekit.networks.model import Network
from sharekit.products import (
    Crop,
    Cta,
    Disclosure,
    Look,
    Money,
    Picture,
    Product,
    ProductTag,
    Rating,
    Rights,
    Shareable,
    Source,
    Track,
    Video,
    VideoFile,
)
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.version import __version__ as __version__

__all__ = [
    "Crop",
    "Cta",
    "Disclosure",
    "Event",
    "Item",
    "Look",
    "Money",
    "Network",
    "Picture",
    "Product",
    "ProductTag",
    "Rating",
    "Result",
    "Retry",
    "Rights",
    "Settings",
    "ShareKit",
    "ShareKitError",
    "Shareable",
    "Sink",
    "Source",
    "Track",
    "Video",
    "VideoFile",
]
