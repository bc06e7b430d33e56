"""One request of a page of reviews: who asks, in which language, about which product, and how it is answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sharekit.checks import check_url
from sharekit.exceptions import InvalidValueError, TokenError
from sharekit.products import Product
from sharekit.rendering.translations import direction, translations
from sharekit.reviews.desk import Seen
from sharekit.reviews.people import Customer, Person
from sharekit.web.context import asks_for_privacy
from sharekit.web.http import Request, Response, json_response, refuse
from sharekit.web.redirect import NEVER_KEPT, see_other
from sharekit.web.security import limit_key

if TYPE_CHECKING:
    from sharekit.reviews.desk import Desk
    from sharekit.reviews.links import Invited
    from sharekit.web.context import WebContext
    from sharekit.web.reviews.parts import ReviewParts

_log = logging.getLogger(__name__)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NOT_INDEXED = ("x-robots-tag", "noindex, nofollow")
SECTION = "sk-reviews"
_LONGEST_LOCALE = 20


class Visit:
    """A request, and what its handler asks of it again and again.

    Parameters:
        context: the kit's parts.
        request: the request.
        secret: the address holds a token that nobody else may see.
    """

    def __init__(self, context: WebContext, request: Request, *, secret: bool = False) -> None:
        self.context = context
        self.request = request
        self.secret = secret
        self.mount = context.mount(request)
        self.locale = self._language(request.arguments().get("lang", ""))

    @cached_property
    def parts(self) -> ReviewParts:
        """What the kit filled in."""
        assert self.context.reviews is not None  # noqa: S101 - without it there is no route here
        return self.context.reviews()

    @property
    def desk(self) -> Desk:
        """Where reviews are handed in."""
        return self.parts.desk

    @cached_property
    def customer(self) -> Customer | None:
        """Who is signed in, as the shop tells."""
        tell = self.parts.customer
        return Customer.load(tell(self.request.native or self.request)) if tell else None

    @cached_property
    def browser(self) -> Person:
        """Where the request came from, as a hash."""
        return self.desk.people.of_browser(self._place, self.request.header("user-agent"))

    @property
    def voter(self) -> Person:
        """Whose vote or report it is: the customer's, else the browser's."""
        customer = self.customer
        return self.desk.people.of_customer(customer.id, customer.email) if customer else self.browser

    @property
    def seen(self) -> Seen:
        """What events and the burst rule know of the request."""
        return Seen(
            browser=self.browser,
            visitor=self.context.visitor(self.request).id,
            gpc=asks_for_privacy(self.request),
            bot=self.context.bots.is_bot(self.request.header("user-agent")),
        )

    @property
    def wants_json(self) -> bool:
        """Whether the script asks."""
        return "application/json" in self.request.header("accept")

    def speak(self, fields: Mapping[str, str]) -> None:
        """Take the language of the page that a form stood on."""
        self.locale = self._language(fields.get("lang", "")) if fields.get("lang") else self.locale

    def refusal(self, kind: str) -> Response | None:
        """A refusal of a post that another site's page made, or one too many from its address; else ``None``.

        Parameters:
            kind: ``"write"`` or ``"vote"``, each with a limit of its own.
        """
        # A page that sends no referrer sends the origin "null", too; the token in its address proves more.
        hidden = self.secret and self.request.header("origin") == "null" and not self.request.header("sec-fetch-site")
        refused = None if hidden else self.context.gate.refusal(self.request, others=False)
        if refused is not None:
            _log.info("A post to %s was refused: made by another site's page.", self._logged)
            return refused
        wait = self.context.review_limits[kind].take(self._place, 1)
        if wait:
            _log.info("A post to %s was refused: too many from one address.", self._logged)
            again = ("retry-after", str(ceil(wait)))
            return refuse(429, "too_many", "Too many at once from your address; please try again later.", again)
        return None

    def product(self, token: str) -> Product:
        """The product of a form's token.

        Raises:
            TokenError: this shop did not sign it.
        """
        values = self.parts.forms.read(token)
        try:
            return Product(id=values["p"], title=values.get("t") or values["p"], url=values["u"])
        except (KeyError, InvalidValueError):
            raise TokenError("The form is none of this shop; take it from the product's page again.") from None

    def change_address(self, person: Person, product_id: str, token: str = "") -> str:
        """Where somebody who has proved who they are changes the only review they may write of a product; empty while
        there is none.

        Parameters:
            token: of the product's form, so that the page can name the product, which a review does not.
        """
        review = self.desk.own_review(person, product_id) if self.desk.policy.one_per_product else None
        if review is None:
            return ""
        query = {"lang": self.locale} | ({"f": token} if token else {})
        return f"{self.mount}/reviews/edit/{self.desk.edit_token(review)}?{urlencode(query)}"

    def form_token(self, product: Invited) -> str:
        """What says about which product a page is, and where it is found; empty when the order does not tell."""
        if not product.url:
            return ""
        return self.parts.forms.sign({"p": product.id, "t": product.title, "u": product.url})

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the kit's own."""
        words = translations(self.locale)
        context, settings = self.context, self.context.settings
        html = context.environment.get_template(f"sharekit/{template}.html.jinja").render(
            _=words.gettext,
            language=words.language,
            direction=direction(words.language),
            theme=settings.theme,
            site_name=settings.site_name,
            mount=self.mount,
            assets=context.assets.tags(widgets=["reviews"], mount=self.mount),
            style=context.assets.url("page.css", self.mount),
            **values,
        )
        headers = (
            ("content-type", "text/html; charset=utf-8"),
            NEVER_KEPT,
            NOT_INDEXED,
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer" if self.secret else "same-origin"),
        )
        return Response(status=status, headers=headers, body=html.encode("utf-8", "replace"))

    def bad_link(self) -> Response:
        """The answer to every link that is forged, too old or used up: always the same."""
        return self.page("desk-notice", 404, kind="bad_link", back="")

    def thanks(self, kind: str, token: str = "") -> Response:
        """303 to the page that says thank you; JSON for the script.

        Parameters:
            kind: which words: ``review``, ``published``, ``mail``, ``question``, ``answer``, ``report``.
            token: of the form; it leads back to the product's page.
        """
        if self.wants_json:
            return json_response(202, {"accepted": kind})
        query = {"for": kind, "f": token, "lang": self.locale}
        return see_other(f"{self.mount}/reviews/thanks?{urlencode({k: v for k, v in query.items() if v})}")

    def back(self, product: Product | None = None) -> Response:
        """303 to the page of the shop from which the form came, else to the product's, else to the shop's front."""
        referrer = self.request.header("referer")
        host = self.request.header("host") or self.request.host
        path = _path(referrer) if host and urlsplit_host(referrer) == host.lower() else ""
        return see_other(f"{path or self.way_back(product) or '/'}#{SECTION}")

    def way_back(self, product: Product | None) -> str:
        """The path of the product's page; empty when it is on another host."""
        if product is None:
            return ""
        own = urlsplit_host(self.context.settings.base_url)
        return _path(product.url) if urlsplit_host(product.url) in {"", own} else ""

    @property
    def _place(self) -> str:
        return limit_key(self.context.gate.client(self.request))

    @property
    def _logged(self) -> str:
        """The path without a token in it."""
        return "/".join(self.request.path.split("/")[:3])

    def _language(self, asked: str) -> str:
        return asked[:_LONGEST_LOCALE] or self.context.settings.locale


def urlsplit_host(address: str) -> str:
    """``host[:port]`` of an address in lower case; empty when it has none or is no address."""
    try:
        return urlsplit(address[:2_048]).netloc.lower()
    except ValueError:
        return ""


def _path(address: str) -> str:
    """Path and query of an address when they can stand in a redirect; else empty."""
    try:
        parts = urlsplit(check_url(address, "address"))
    except (InvalidValueError, ValueError):
        return ""
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    if path.startswith("//"):
        return ""
    return f"{path}?{parts.query}" if parts.query else path
