"""``GET /go/<token>``: count the share, then send the shopper to the network.

The target is built here, from the signed values and the table of networks; nothing of it comes from the request.
"""

from __future__ import annotations

from sharekit.events.ids import fresh_share_id
from sharekit.exceptions import DeadNetworkError, InvalidValueError, TokenError, UnknownNameError
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse
from sharekit.web.links import Link, count_share, is_prefetch, passed_on

NEVER_KEPT = ("cache-control", "no-store")
TELL_WHERE_FROM = ("referrer-policy", "no-referrer-when-downgrade")


def go(context: WebContext, request: Request, token: str) -> Response:
    """303 to the network's share dialog with a fresh share id; ``?p=`` names the share the visitor came by."""
    try:
        link = Link.read(context, token)
        network = context.networks.get(link.network)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    except (DeadNetworkError, UnknownNameError, InvalidValueError) as error:
        return refuse(410, "network_gone", str(error)[:200])
    if is_prefetch(request):
        return refuse(403, "prefetch", "This link counts a share; it answers when it is followed.")
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


def see_other(address: str, *headers: tuple[str, str]) -> Response:
    """303 to ``address``. It says nothing, but some servers insist on a type for it."""
    fixed = (("location", address), ("content-type", "text/plain; charset=utf-8"), NEVER_KEPT)
    return Response(status=303, headers=(*fixed, *headers))
