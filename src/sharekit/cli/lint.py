"""The command ``lint``: what is wrong with files of tagged pictures."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sharekit.cli.output import note, say
from sharekit.exceptions import ConfigError, InvalidValueError, ShareKitError
from sharekit.products import Product
from sharekit.products.lint import Problem
from sharekit.products.lint_data import lint_data
from sharekit.products.reading import Catalogue
from sharekit.reports.cells import shown

MAX_BYTES = 32 * 1024 * 1024


def lint(options: Namespace) -> int:
    """``sharekit-web lint``: 1 when something is an error, with ``--strict`` also for a warning."""
    products = None if options.catalog is None else read_catalogue(options.catalog)
    found: list[tuple[Path, Problem]] = []
    for path in options.file:
        findings = lint_data(_read(path), products)
        found.extend((path, problem) for problem in findings.problems)
        if findings.unknown:
            note(f"note: {path} does not describe its products. To have them checked too, pass --catalog FILE")
    if options.format == "json":
        say(
            json.dumps(
                [{"file": str(path), **asdict(problem)} for path, problem in found], ensure_ascii=False, indent=2
            )
        )
    else:
        _table(found, len(options.file))
    grave = [problem for _, problem in found if options.strict or problem.severity == "error"]
    return 1 if grave else 0


def read_catalogue(path: Path, *, page: str | None = None) -> Mapping[str, Product]:
    """Products by id: a JSON list as :meth:`Product.to_dict` writes it, else any catalogue the demo can show.

    Parameters:
        page: address of a product's page with ``{id}`` in it, for catalogues that tell none; empty to refuse
            those; ``None`` when addresses do not matter.

    Raises:
        ConfigError: it cannot be read, or tells no addresses.
    """
    from sharekit.demo.catalog_files import load_catalog

    if path.suffix.lower() == ".json":
        try:
            return Catalogue(None, _listed(_read(path)), "products").own
        except InvalidValueError:
            pass  # another shop's form, which says less
    try:
        wares = load_catalog(path).wares
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read ({error.strerror}).") from None
    except ShareKitError as error:
        raise ConfigError(f"{path}: {error}") from None
    products = {}
    for ware in wares:
        product = ware.product
        if page is not None:
            url = ware.link or page.replace("{id}", quote(product.id, safe=""))
            if not url:
                raise ConfigError(
                    f"{path} (line {ware.line}) does not say where the page of {product.id[:60]!r} is. "
                    "Pass --product-url, such as 'https://shop.example/products/{id}'."
                )
            product = replace(product, url=url)
        products[product.id] = product
    return products


def _table(found: list[tuple[Path, Problem]], files: int) -> None:
    for path, problem in found:
        where = f"{path}: {problem.where}" if files > 1 else problem.where
        say(f"{problem.severity:<7}  {shown(where)}: {shown(problem.problem)} [{problem.code}]")
    if not found:
        say("Nothing is wrong.")


def _read(path: Path) -> Any:
    """What a JSON file holds, numbers as they stand in it.

    Raises:
        ConfigError: it cannot be read, or is not JSON.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read ({error.strerror}).") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{str(path)!r} is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise ConfigError(f"{str(path)!r} is not UTF-8 text.") from None
    except RecursionError:
        raise ConfigError(f"{str(path)!r} is nested too deep to be a picture.") from None
    except ValueError as error:  # JSON, or a number with too many digits
        raise ConfigError(f"{str(path)!r} is not JSON ({str(error)[:100]}).") from None


def _listed(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return data
    if "products" not in data:
        raise InvalidValueError("products", "is missing.")
    return data["products"]
