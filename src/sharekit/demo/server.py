"""The server of the demo: Werkzeug's, one thread for each connection."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sharekit.demo import create_app
from sharekit.demo.catalog import Catalog, Remark
from sharekit.exceptions import ShareKitError

SHOWN_REMARKS = 20
_ANYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 (names of the wildcard, compared with)


class ServerError(ShareKitError, OSError):
    """Nothing can listen at the address asked for. The message says what to do."""


class Handler(WSGIRequestHandler):
    """Says nothing about requests: the numbers are in the report."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (the base's own word)
        if type != "info":
            super().log(type, message, *args)


def run(host: str, port: int, catalog: str | Path | None, data_dir: str | Path | None) -> None:
    """See :func:`sharekit.demo.serve`."""
    listener = listen(host, port)
    with listener:
        address = address_of(host, listener)
        app = create_app(catalog, data_dir, base_url=address)
        kit = app.extensions["sharekit"]
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        announce(app.extensions["shop"].catalog, kit.settings.base_url, kit.settings.data_dir)
        server: BaseWSGIServer = make_server(
            host, listener.getsockname()[1], app, threaded=True, request_handler=Handler, fd=listener.fileno()
        )
        try:
            server.serve_forever()  # returns at Ctrl+C
        finally:
            server.server_close()
            kit.close()
    say("\nStopped.")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        ServerError: the port is in use or needs rights, or the host is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServerError(_what_now(host, port, error)) from None
    return listener


def address_of(host: str, listener: socket.socket) -> str:
    """The address to open, and to share: the machine's own where the server listens at all of them."""
    name = _own_address() if host in _ANYWHERE else host
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{listener.getsockname()[1]}"


def announce(catalog: Catalog, address: str, data_dir: Path) -> None:
    """Tell where the shop is, and what of a catalogue could not be shown."""
    say(f"{catalog.name}: {len(catalog.wares)} products ({catalog.form})")
    _remarks("skipped", catalog.skipped)
    _remarks("shown, with something left out", catalog.notes)
    say(f"  Shop     {address}/")
    say(f"  Report   {address}/report")
    say(f"  Reviews  {address}/moderation/")
    say(f"  Data     {data_dir.resolve()}")
    say("Press Ctrl+C to stop.")


def say(text: str) -> None:
    """A line for whoever started the server, at once also into a file or pipe."""
    print(text, flush=True)  # noqa: T201 (this is what a command says)


def _remarks(what: str, remarks: Sequence[Remark]) -> None:
    if not remarks:
        return
    say(f"{len(remarks)} {'row' if len(remarks) == 1 else 'rows'} {what}:")
    for remark in remarks[:SHOWN_REMARKS]:
        say(f"  {remark}")
    if len(remarks) > SHOWN_REMARKS:
        say(f"  and {len(remarks) - SHOWN_REMARKS} more")


def _what_now(host: str, port: int, error: OSError | OverflowError) -> str:
    code = getattr(error, "errno", None)
    if isinstance(error, OverflowError):
        return f"port {port} is not between 0 and 65535."
    if code == errno.EADDRINUSE:
        return f"port {port} is in use by another program. Stop that, or choose another: --port {port + 1}"
    if code in {errno.EACCES, errno.EPERM}:
        return f"port {port} may not be used by this user. Choose one above 1023, such as --port 8000"
    return f"cannot listen at {host}:{port} ({error}). Choose an address of this machine, such as --host 127.0.0.1"


def _own_address() -> str:
    """The address other machines would use; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
