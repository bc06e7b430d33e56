"""``/fediverse/<token>``: Mastodon and its kin have no common address, so the shopper says which server is theirs.

``GET`` shows a form, which needs no script; ``POST`` counts the share and leads on to that server.
"""

from __future__ import annotations

from sharekit.events.ids import fresh_share_id
from sharekit.exceptions import DeadNetworkError, InvalidValueError, TokenError, UnknownNameError
from sharekit.networks.fediverse import instance_host
from sharekit.networks.model import Network
from sharekit.rendering.translations import direction, translations
from sharekit.web.context import WebContext
from sharekit.web.http import MAX_BODY, Request, Response, refuse, too_large
from sharekit.web.links import Link, count_share, passed_on
from sharekit.web.redirect import NEVER_KEPT, TELL_WHERE_FROM, see_other

# Chromium holds redirects after a post to form-action as well, and the server is the shopper's choice.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'"
)
_LONGEST_LOCALE = 20


def show(context: WebContext, request: Request, token: str) -> Response:
    """The form."""
    try:
        link, network = _read(context, token)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    except (DeadNetworkError, UnknownNameError, InvalidValueError) as error:
        return refuse(410, "network_gone", str(error)[:200])
    return _page(context, request, token, link, network)


def send(context: WebContext, request: Request, token: str) -> Response:
    """303 to the server named in the form, or the form again with what is wrong with it."""
    refusal = context.gate.refusal(request, others=False)
    if refusal is not None:
        return refusal
    if len(request.body) > MAX_BODY:
        return too_large()
    try:
        link, network = _read(context, token)
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    except (DeadNetworkError, UnknownNameError, InvalidValueError) as error:
        return refuse(410, "network_gone", str(error)[:200])
    typed = request.form().get("instance", "").strip()
    try:
        host = instance_host(typed)
    except InvalidValueError:
        return _page(context, request, token, link, network, typed=typed[:300], status=422)
    options = {**context.settings.network_options.get(network.key, {}), "instance": host}
    share_id = fresh_share_id()
    address = link.builder().link(network, share_id, options=options)
    count_share(context, request, link, share_id)
    return see_other(address, TELL_WHERE_FROM)


def _read(context: WebContext, token: str) -> tuple[Link, Network]:
    link = Link.read(context, token)
    network = context.networks.get(link.network)
    if not network.needs_instance:
        raise TokenError("The link is none for the fediverse; take it from the page again.")
    return link, network


def _page(
    context: WebContext,
    request: Request,
    token: str,
    link: Link,
    network: Network,
    *,
    typed: str = "",
    status: int = 200,
) -> Response:
    settings = context.settings
    locale = request.arguments().get("lang", "")[:_LONGEST_LOCALE] or settings.locale
    words = translations(locale)
    mount = context.mount(request)
    html = context.environment.get_template("sharekit/fediverse.html.jinja").render(
        _=words.gettext,
        language=words.language,
        direction=direction(words.language),
        theme=settings.theme,
        mount=mount,
        assets=context.assets.tags(mount=mount),
        style=context.assets.url("page.css", mount),
        action=f"{mount}/fediverse/{token}{passed_on(request)}",
        preview=link.builder().body(network, fresh_share_id()),
        instances=settings.fediverse_instances,
        instance=typed,
        error=bool(typed) or status != 200,
    )
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        NEVER_KEPT,
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    )
    return Response(status=status, headers=headers, body=html.encode("utf-8", "replace"))
