"""What the shop hands over: products, pages, pictures with tags, looks, videos; checked once when they are made."""

from sharekit.products.crop import MEDIA, WHOLE, Crop, Ratio, Source, read_ratio
from sharekit.products.lint import Problem
from sharekit.products.look import Look
from sharekit.products.money import Money, Rating
from sharekit.products.picture import Picture, Products
from sharekit.products.product import Product, Shareable
from sharekit.products.rights import DISCLOSURES, Disclosure, Rights
from sharekit.products.tags import CTA_KINDS, CTA_WORDS, Cta, ProductTag
from sharekit.products.values import MAX_ID
from sharekit.products.video import TRACKS, Track, Video, VideoFile

__all__ = [
    "CTA_KINDS",
    "CTA_WORDS",
    "DISCLOSURES",
    "MAX_ID",
    "MEDIA",
    "TRACKS",
    "WHOLE",
    "Crop",
    "Cta",
    "Disclosure",
    "Look",
    "Money",
    "Picture",
    "Problem",
    "Product",
    "ProductTag",
    "Products",
    "Rating",
    "Ratio",
    "Rights",
    "Shareable",
    "Source",
    "Track",
    "Video",
    "VideoFile",
    "read_ratio",
]
