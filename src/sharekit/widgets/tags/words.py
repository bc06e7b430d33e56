"""The words on tagged pictures, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sharekit.products import Disclosure
from sharekit.rendering.translations import Translations, language_of, translations

_COUNTRIES = {("ad", "nl-be"): "Reclame", ("ad", "de-at"): "Werbung"}
"""Where the word for an advertisement differs from the one the rest of the language uses: Belgium's advisory board on
influencers names "Reclame", Austria's § 26 MedienG "Werbung" beside "Anzeige"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the templates of tagged pictures say besides the shop's own texts; in them it is called ``words``."""

    pins: str
    film_pins: str
    close: str
    was: str
    now: str
    lowest: str
    shop: str
    looks: str
    instead: str
    view: str
    failed: str
    all: str
    all_added: str
    states: Mapping[str, str]
    """schema.org's availabilities in the shopper's words."""
    ctas: Mapping[str, str]
    """Words of buttons by their keys."""
    untold: Translations

    def added(self, title: str) -> str:
        """What is announced when a product is in the cart."""
        return self.untold.gettext("{title} is in your cart.").replace("{title}", title)

    def photo(self, name: str) -> str:
        """The credit line."""
        return self.untold.gettext("Photo: {name}").replace("{name}", name)

    def together(self, number: int, total: str) -> str:
        """How many products, and what they cost together."""
        text = self.untold.ngettext("{number} product, {total}", "{number} products, {total}", number)
        return text.replace("{number}", str(number)).replace("{total}", total)

    def missing(self, number: int) -> str:
        """How many products of a look cannot be bought now."""
        text = self.untold.ngettext("{number} is not available now", "{number} are not available now", number)
        return text.replace("{number}", str(number))


@lru_cache(maxsize=256)
def words_for(locale: str) -> Words:
    """The words for a locale."""
    spoken = translations(locale)
    _ = spoken.gettext
    return Words(
        pins=_("Products in this picture"),
        film_pins=_("Products in this video"),
        close=_("Close"),
        was=_("Was"),
        now=_("Now"),
        lowest=_("lowest price of the 30 days before"),
        shop=_("Shop this look"),
        looks=_("Shop these looks"),
        instead=_("See instead:"),
        view=_("View product"),
        failed=_("That did not work. Please try again."),
        all=_("Add the whole look"),
        all_added=_("The whole look is in your cart."),
        states=_states(spoken),
        ctas=_ctas(spoken),
        untold=spoken,
    )


@lru_cache(maxsize=1024)
def disclosed(disclosure: Disclosure, locale: str) -> tuple[str, str]:
    """The label of a commercial interest, and what it is in detail; the latter may be empty.

    The label is the country's own word for an advertisement wherever money or goods went the other way: "gifted" and
    "affiliate" alone are not understood by everybody (ASA and CMA, Influencers' guide, 2023; FTC, Disclosures 101,
    2019).
    """
    spoken = translations(locale)
    _ = spoken.gettext
    by = disclosure.by
    if disclosure.kind == "own_brand":
        return _("Own brand"), by
    if disclosure.kind == "ad":
        detail = _("paid partnership with {name}") if by else ""
    elif disclosure.kind == "gifted":
        detail = _("gifted by {name}") if by else _("gifted product")
    else:
        detail = _("affiliate link, {name} pays us a commission") if by else _("affiliate link, we earn a commission")
    return _ad(spoken, locale), detail.replace("{name}", by)


def _ad(spoken: Translations, locale: str) -> str:
    country = locale.partition(".")[0].replace("_", "-").lower()
    own = _COUNTRIES.get(("ad", country))
    return own if own and language_of(locale) == spoken.language else spoken.gettext("Ad")


def _states(spoken: Translations) -> dict[str, str]:
    _ = spoken.gettext
    return {
        "BackOrder": _("Ships later"),
        "Discontinued": _("No longer available"),
        "InStock": _("In stock"),
        "InStoreOnly": _("In store only"),
        "LimitedAvailability": _("Low stock"),
        "MadeToOrder": _("Made to order"),
        "OnlineOnly": _("Online only"),
        "OutOfStock": _("Sold out"),
        "PreOrder": _("Available for pre-order"),
        "PreSale": _("Available for pre-order"),
        "Reserved": _("Reserved"),
        "SoldOut": _("Sold out"),
    }


def _ctas(spoken: Translations) -> dict[str, str]:
    _ = spoken.gettext
    return {
        "add_to_cart": _("Add to cart"),
        "learn_more": _("Learn more"),
        "notify_me": _("Notify me"),
        "pre_order": _("Pre-order"),
        "quick_view": _("Quick view"),
        "shop_now": _("Shop now"),
        "sign_up": _("Sign up"),
    }
