"""Which product of the shop a review of another tool is about."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from urllib.parse import unquote, urlsplit

from sharekit.exceptions import InvalidValueError
from sharekit.products import MAX_ID, Product
from sharekit.reviews.importers.cells import product_of
from sharekit.reviews.importers.files import ImportFileError, column, look_at

_MANY = 20_000
_HINTS = 50
"""Names among which a misspelt one is looked for, and misspelt ones that are looked for: comparing takes its time."""
_HEADS = frozenset({"id", "newid", "ourid", "product", "productid", "shop", "target", "to"})
"""What the second column of a mapping may be headed; any other word there is a product's id."""


class ProductIndex:
    """Finds the shop's id of a product by whatever a file calls it.

    Parameters:
        products: everything the shop sells; found by id, by SKU, GTIN, and by the last part of the page's address,
            which is what Shopify and others call its handle. Without any, names are taken as they stand.
        mapping: the shop's id by the name in the file, which goes before all else.
        nameless: the product for reviews that name none; such reviews are refused when empty.
    """

    def __init__(
        self, products: Iterable[Product] = (), mapping: Mapping[str, str] | None = None, *, nameless: str = ""
    ) -> None:
        self._ids: dict[str, str] = {}
        others: dict[str, set[str]] = {}
        for product in products:
            self._ids[product.id] = product.id
            handle = unquote(urlsplit(product.url).path.rstrip("/").rpartition("/")[2])
            for name in {product.sku, product.gtin, handle} - {""}:
                others.setdefault(name, set()).add(product.id)
        # A name that two products share tells nothing, and an id goes before any other name.
        self._names = {name: next(iter(ids)) for name, ids in others.items() if len(ids) == 1} | self._ids
        self._mapping = {product_of(name): target for name, target in (mapping or {}).items()}
        self._nameless = nameless
        self.checked = bool(self._ids)
        self.unknown: Counter[str] = Counter()
        self._hints: dict[str, str] = {}
        for target in {*self._mapping.values(), nameless} - {""}:
            if self.checked and target not in self._ids:
                raise ImportFileError(f"The shop has no product {target!r}.{self.near(target)}")

    def find(self, names: Iterable[str]) -> str:
        """The shop's id of the product that a row names.

        Parameters:
            names: what the row calls it, as ids and handles, the best first.

        Raises:
            InvalidValueError: it names none, or one that the shop does not have.
        """
        told = [name for name in map(product_of, names) if name]
        if not told:
            if self._nameless:
                return self._nameless
            raise InvalidValueError("product", "is empty; to put such reviews to one product, pass --product ID")
        for table in (self._mapping, self._names):
            for name in told:
                if name in table:
                    return table[name]
        if self.checked:
            self.unknown[told[0]] += 1
            raise InvalidValueError("product", f"{told[0][:60]!r} is not in the shop.{self.near(told[0])}")
        if len(told[0]) > MAX_ID:
            raise InvalidValueError("product", f"has more than {MAX_ID} characters")
        return told[0]

    def near(self, name: str) -> str:
        """The nearest name to an unknown one, as the end of a sentence; empty where there is none."""
        if name not in self._hints and len(self._hints) < _HINTS and len(self._names) <= _MANY:
            found = get_close_matches(name[:MAX_ID], self._names, n=1, cutoff=0.75)
            self._hints[name] = f" Did you mean {found[0]!r}?" if found else ""
        return self._hints.get(name, "")


def read_mapping(data: bytes) -> dict[str, str]:
    """The table of ``--map``: in the first column what the file calls a product, in the second the shop's id.

    Raises:
        ImportFileError: it is no such table.
    """
    file = look_at(io.BytesIO(data))
    if file.form != "csv" or len(file.header) < 2:
        raise ImportFileError("--map: pass a CSV file with two columns: the name in the file, the shop's product id.")
    rows = [] if column(file.header[1]) in _HEADS else [list(file.header)]
    rows += [cells for _, cells in file.rows() if not isinstance(cells, csv.Error)]
    pairs = [(cells[0].strip(), cells[1].strip()) for cells in rows if len(cells) > 1]
    return {name: target for name, target in pairs if name and target}
