"""``GET /go/<token>``: count the share or the click on a product, then send the shopper on.

The target is built here, from the signed values and the table of networks; nothing of it comes from the request.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharekit.events.ids import fresh_share_id
from sharekit.exceptions import DeadNetworkError, InvalidValueError, TokenError, UnknownNameError
from sharekit.web import product_links
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse
from sharekit.web.links import Link, count_share, is_prefetch, passed_on, read_values

NEVER_KEPT = ("cache-control", "no-store")
TELL_WHERE_FROM = ("referrer-policy", "no-referrer-when-downgrade")


def go(context: WebContext, request: Request, token: str) -> Response:
    """303 to the network's share dialog with a fresh share id, or to the page of a product.

    ``?p=`` names the share the visitor came by.
    """
    try:
        values = read_values(context, token)
        if values.get("k") == product_links.KIND:
            return _go_to_product(context, request, values)
        link = Link.of(context, values)
        network = context.networks.get(link.network)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    except (DeadNetworkError, UnknownNameError, InvalidValueError) as error:
        return refuse(410, "network_gone", str(error)[:200])
    if is_prefetch(request):
        return _not_ahead()
    if network.needs_instance:
        return see_other(f"{context.mount(request)}/fediverse/{token}{passed_on(request)}")
    options = context.settings.network_options.get(network.key)
    share_id = "" if request.method == "HEAD" else fresh_share_id()
    try:
        address = link.builder().link(network, share_id, options=options)
    except InvalidValueError as error:
        return refuse(410, "network_gone", str(error)[:200])
    if share_id:
        count_share(context, request, link, share_id)
    return see_other(address, TELL_WHERE_FROM)


def _go_to_product(context: WebContext, request: Request, values: Mapping[str, str]) -> Response:
    if is_prefetch(request):
        return _not_ahead()
    if request.method != "HEAD":
        product_links.count_product_click(context, request, values)
    return see_other(values["u"], TELL_WHERE_FROM)


def _not_ahead() -> Response:
    return refuse(403, "prefetch", "This link counts who follows it; it answers when it is followed.")


def see_other(address: str, *headers: tuple[str, str]) -> Response:
    """303 to ``address``. It says nothing, but some servers insist on a type for it."""
    fixed = (("location", address), ("content-type", "text/plain; charset=utf-8"), NEVER_KEPT)
    return Response(status=303, headers=(*fixed, *headers))
