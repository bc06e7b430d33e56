"""The event names, what each means, and what they are called elsewhere.

An event that is not in this table is refused, unless the shop lists it in the ``event_names`` setting.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharekit.config import Durability


@dataclass(frozen=True, slots=True)
class EventName:
    """One kind of event.

    Parameters:
        name: our word.
        meaning: what has happened when it is recorded, and nothing more.
        browser: may be posted by a browser; others come only from the shop's own code.
        durability: level at which it is kept unless the ``durability`` setting says otherwise.
        ga4, segment, meta: the counterpart in Google Analytics 4, Segment's spec and Meta's standard events;
            empty where there is none.
    """

    name: str
    meaning: str
    browser: bool = True
    durability: Durability = "process"
    ga4: str = ""
    segment: str = ""
    meta: str = ""


_ROWS = (
    EventName(
        "impression",
        "a widget was at least half visible for one second",
        ga4="view_promotion",
        segment="Promotion Viewed",
    ),
    EventName("click", "a control of a widget was activated", ga4="select_content", segment="Promotion Clicked"),
    EventName(
        "share",
        "an intent: the network's dialog was opened, the link was copied or handed to the system's share sheet",
        ga4="share",
        segment="Product Shared",
    ),
    EventName("visit", "somebody arrived by a shared link", ga4="campaign_details", segment="Page Viewed"),
    EventName("tag_open", "the card of a product tag was opened", ga4="select_item", segment="Product Clicked"),
    EventName(
        "product_click",
        "a link to a product was followed",
        ga4="select_item",
        segment="Product Clicked",
        meta="ViewContent",
    ),
    EventName(
        "add_to_cart", "a product was put into the cart", ga4="add_to_cart", segment="Product Added", meta="AddToCart"
    ),
    EventName(
        "purchase",
        "an order was placed",
        browser=False,
        durability="disk",
        ga4="purchase",
        segment="Order Completed",
        meta="Purchase",
    ),
    EventName(
        "refund",
        "an order, or part of it, was paid back",
        browser=False,
        durability="disk",
        ga4="refund",
        segment="Order Refunded",
    ),
    EventName(
        "like",
        "a product was liked or saved",
        ga4="add_to_wishlist",
        segment="Product Added to Wishlist",
        meta="AddToWishlist",
    ),
    EventName("follow", "a link to the shop's profile on a network was followed", ga4="select_content"),
    EventName("review_expand", "the whole text of a long review was opened", ga4="select_content"),
    EventName(
        "review_filter",
        "the list of reviews was sorted or narrowed down",
        ga4="select_content",
        segment="Product List Filtered",
    ),
    EventName("helpful", "a review was voted helpful, or not", ga4="select_content"),
    EventName("review_report", "a review was reported to the shop", ga4="select_content"),
    EventName("photo_open", "a photo of a review was opened", ga4="select_content"),
    EventName("write_start", "somebody began to fill in the form of a review", ga4="form_start"),
    EventName(
        "review", "a review was handed in, or published", browser=False, ga4="form_submit", segment="Product Reviewed"
    ),
    EventName("vote", "a vote was cast in a poll", ga4="select_content"),
)

EVENT_NAMES: dict[str, EventName] = {row.name: row for row in _ROWS}
"""Every standard event by name."""
