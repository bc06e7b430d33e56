"""``GET /qr/<token>.svg``: the tracked address of a page as a QR code. Needs ``segno`` (extra ``qr``)."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from sharekit.events.ids import page_share_id
from sharekit.exceptions import MissingExtraError, TokenError
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse
from sharekit.web.links import Link
from sharekit.web.security import limit_key

FOR_EVER = "public, max-age=31536000, immutable"


def qr(context: WebContext, request: Request, name: str) -> Response:
    """The picture of the tracked address, with the share id that the page around it carries."""
    try:
        link = Link.read(context, name.removesuffix(".svg"))
    except TokenError as error:
        return refuse(400, "bad_token", str(error))
    if context.limit.take(limit_key(context.gate.client(request)), request.header("user-agent")):
        return refuse(429, "too_many", "Too many QR codes for one visitor.", ("retry-after", "60"))
    share_id = page_share_id(context.share_key(), link.product_id, "qr", link.placement)
    try:
        picture = _draw(link.builder().url("qr", share_id))
    except MissingExtraError as error:
        return refuse(404, "not_installed", str(error))
    except ValueError:
        return refuse(404, "too_long", "The address is too long for a QR code.")
    headers = (
        ("content-type", "image/svg+xml"),
        ("cache-control", FOR_EVER),
        ("content-security-policy", "default-src 'none'"),
        ("x-content-type-options", "nosniff"),
    )
    return Response(status=200, headers=headers, body=picture)


@lru_cache(maxsize=256)
def _draw(address: str) -> bytes:
    try:
        import segno
    except ImportError as error:
        raise MissingExtraError("a QR code", "qr") from error
    out = BytesIO()
    code = segno.make(address, micro=False, error="m", boost_error=False)
    code.save(out, kind="svg", scale=8, border=4, svgclass=None, lineclass=None, light="#fff")
    return out.getvalue()
