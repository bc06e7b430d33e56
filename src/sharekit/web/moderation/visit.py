"""What a page or an action of the moderators leans on: who asks, the desk, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sharekit.web.http import Request, Response
from sharekit.web.moderation import words
from sharekit.web.redirect import NEVER_KEPT, see_other
from sharekit.web.reviews.visit import NOT_INDEXED, POLICY

if TYPE_CHECKING:
    from sharekit.products import Product
    from sharekit.reviews.desk import Desk
    from sharekit.web.context import WebContext

SHOWN = ("pending", "reported", "published", "rejected")
"""The lists there are."""


@dataclass(frozen=True, kw_only=True)
class Moderation:
    """One request of a moderator.

    Parameters:
        context: the kit's parts.
        desk: where everything changes.
        product: the product of an id, when the shop tells.
        request: the request.
        by: the moderator's name.
        mount: where the page hangs, as it stands in an address.
        token: what forms carry, so that only the moderator's own pages can post.
    """

    context: WebContext
    desk: Desk
    product: Callable[[str], Product | None]
    request: Request
    by: str
    mount: str
    token: str

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the moderators'."""
        arguments = self.request.arguments()
        done = arguments.get("done", "")
        skew = self.desk.store.skew()
        html = self.context.environment.get_template(f"sharekit/moderation-{template}.html.jinja").render(
            mount=self.mount,
            by=self.by,
            token=self.token,
            waiting=sum(skew.submitted) - sum(skew.published) - sum(skew.rejected),
            words=words,
            said=words.DONE.get(done, ""),
            said_of=arguments.get("of", "")[:64],
            at_fault=done in words.FAULTS,
            product_of=self.product,
            site_name=self.context.settings.site_name,
            styles=[self.context.assets.url(name, self.mount) for name in ("sharekit.css", "desk.css")],
            **values,
        )
        headers = (
            ("content-type", "text/html; charset=utf-8"),
            NEVER_KEPT,
            NOT_INDEXED,
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
        )
        return Response(status=status, headers=headers, body=html.encode("utf-8", "replace"))

    def to(self, path: str, done: str = "", **query: str) -> Response:
        """303 to a page of the moderators', which says what was done."""
        arguments = {name: value for name, value in {**query, "done": done}.items() if value}
        return see_other(f"{self.mount}/{path}{'?' if arguments else ''}{urlencode(arguments)}")
