"""The shop that ``sharekit-web demo`` serves: own catalogue, own drawn pictures, or a catalogue of yours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharekit.exceptions import MissingExtraError

if TYPE_CHECKING:
    from flask import Flask

DATA_DIR = "sharekit-data"


def create_app(
    catalog: str | Path | None = None,
    data_dir: str | Path | None = None,
    base_url: str = "http://127.0.0.1:8000",
    **settings: Any,
) -> Flask:
    """The demo shop as a Flask app, for a server of your own.

    Parameters:
        catalog: a catalogue file of yours (see :func:`sharekit.demo.catalog_files.load_catalog`); the demo's own shop
            when left out.
        data_dir: where events are kept; ``./sharekit-data`` when left out.
        base_url: the address under which it is reached.
        settings: further settings of the kit.

    Raises:
        MissingExtraError: Flask is not installed.
        CatalogError: the file cannot be read as a catalogue.
        ConfigError: a setting cannot work.
    """
    return _need("sharekit.demo.app").make_app(catalog, data_dir, base_url, settings)  # type: ignore[no-any-return]


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    catalog: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> None:
    """Serve the demo shop until interrupted. Its address and data directory are printed first.

    Parameters:
        host: address to listen at; ``0.0.0.0`` for other machines, too.
        port: port to listen at; 0 for a free one.
        catalog: as for :func:`create_app`.
        data_dir: as for :func:`create_app`.

    Raises:
        MissingExtraError: Flask is not installed.
        ServerError: nothing can listen there (the port is in use, or not allowed).
        CatalogError: the file cannot be read as a catalogue.
    """
    _need("sharekit.demo.server").run(host, port, catalog, data_dir)


def _need(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"flask", "werkzeug", "jinja2", "click"}:
            raise
        raise MissingExtraError("the demo shop", "demo") from error
