"""A catalogue: what the demo shop sells, and what of the file it came from could not be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit

from sharekit.checks import check_url
from sharekit.demo.pictures import Shelf, UnusablePicture
from sharekit.exceptions import InvalidValueError
from sharekit.products import MAX_ID, Money, Picture, Product

MAX_PICTURES = 12
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
MAX_OPTIONS = 100


@dataclass(frozen=True, slots=True)
class Option:
    """One variant of a ware: what distinguishes it, and its price when it has one of its own."""

    label: str
    price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """A product with what only the demo's pages need.

    Parameters:
        product: what the kit is given.
        slug: the last part of the page's address.
        pictures: as shown on the page; previews on networks use ``product.pictures``.
        details: pairs of a term and its words.
        options: variants.
        line: where it stands in its file.
        link: address of its page in the shop that the file is from; ``""`` when the file does not say.
    """

    product: Product
    slug: str
    pictures: Sequence[Picture] = ()
    details: Sequence[tuple[str, str]] = ()
    options: Sequence[Option] = ()
    line: int = 0
    link: str = ""

    @property
    def buyable(self) -> bool:
        """Whether it has a price and is not sold out."""
        return self.product.money is not None and self.product.availability not in {
            "OutOfStock",
            "SoldOut",
            "Discontinued",
        }

    @property
    def department(self) -> str:
        """The first step of its category."""
        return re.split(r"\s*(?:>|->|/|›|»)\s*", self.product.category, maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a line of a file that its owner should know."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(kw_only=True)
class Catalog:
    """Wares in the order of their file.

    Parameters:
        name: what the shop is called.
        wares: everything that can be shown.
        skipped: rows that could not be used, with the reason.
        notes: rows that are shown with something left out.
        form: the kind of file, in words.
        shelf: the pictures beside the file.
    """

    name: str
    wares: Sequence[Ware]
    skipped: Sequence[Remark] = ()
    notes: Sequence[Remark] = ()
    form: str = ""
    shelf: Shelf | None = None

    @cached_property
    def by_slug(self) -> Mapping[str, Ware]:
        """Wares by the last part of their address."""
        return {ware.slug: ware for ware in self.wares}

    @cached_property
    def departments(self) -> Sequence[str]:
        """First steps of the categories, those with most wares first."""
        counts: dict[str, int] = {}
        for ware in self.wares:
            if ware.department:
                counts[ware.department] = counts.get(ware.department, 0) + 1
        return sorted(counts, key=lambda name: (-counts[name], name))

    @cached_property
    def picture_hosts(self) -> Sequence[str]:
        """Origins other than the shop's own from which its pictures come, most used first, at most eight."""
        counts: dict[str, int] = {}
        for ware in self.wares:
            for picture in ware.pictures:
                parts = urlsplit(picture.src)
                if parts.netloc:
                    origin = f"{parts.scheme}://{parts.netloc}"
                    counts[origin] = counts.get(origin, 0) + 1
        return sorted(counts, key=lambda name: (-counts[name], name))[:8]

    def search(self, words: str = "", department: str = "") -> Sequence[Ware]:
        """Wares whose title, maker, category or number hold every word, in any case."""
        wanted = words.casefold().split()[:10]
        return [
            ware
            for ware in self.wares
            if (not department or ware.department == department) and all(word in _haystack(ware) for word in wanted)
        ]

    def beside(self, ware: Ware, count: int = 4) -> Sequence[Ware]:
        """Others to look at: of the same category first, then the next ones in the catalogue."""
        place = self.wares.index(ware)
        others = [*self.wares[place + 1 :], *self.wares[:place]]
        return sorted(others, key=lambda other: other.product.category != ware.product.category)[:count]


def _haystack(ware: Ware) -> str:
    product = ware.product
    return f"{product.title}\n{product.brand}\n{product.category}\n{product.sku}\n{product.id}".casefold()


@dataclass(kw_only=True)
class RawWare:
    """A row as an importer read it, cells already turned into values but not yet judged together."""

    line: int
    id: str
    title: str
    description: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    currency: str = ""
    availability: str = ""
    brand: str = ""
    sku: str = ""
    gtin: str = ""
    category: str = ""
    pictures: list[tuple[str, str]] = field(default_factory=list)
    options: list[tuple[str, Decimal | None]] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)
    link: str = ""


class Builder:
    """Turns rows into wares and keeps book of what could not be used.

    Parameters:
        folder: where the file lies; pictures are looked for beneath it.
    """

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder)
        self.wares: list[Ware] = []
        self.skipped: list[Remark] = []
        self.notes: list[Remark] = []
        self._lines: dict[str, int] = {}
        self._slugs: set[str] = set()

    def skip(self, line: int, reason: object) -> None:
        """Remember that a row is not shown."""
        self.skipped.append(Remark(line, str(reason)))

    def note(self, line: int, reason: object) -> None:
        """Remember that a row is shown with something left out."""
        self.notes.append(Remark(line, str(reason)))

    def add(self, row: RawWare) -> None:
        """Judge a row and keep it, or skip it with the reason."""
        try:
            self._add(row)
        except InvalidValueError as error:
            self.skip(row.line, str(error).removeprefix("Product."))

    def catalog(self, name: str, form: str) -> Catalog:
        """All that was added."""
        return Catalog(name=name, wares=self.wares, skipped=self.skipped, notes=self.notes, form=form, shelf=self.shelf)

    def _add(self, row: RawWare) -> None:
        if not row.id:
            raise InvalidValueError("id", "is empty; every product needs one.")
        if len(row.id) > MAX_ID:
            raise InvalidValueError("id", f"is longer than {MAX_ID} characters.")
        if row.id in self._lines:
            raise InvalidValueError("id", f"{row.id!r} was used on line {self._lines[row.id]} already.")
        sale = row.sale_price
        if sale is not None and (row.price is None or sale >= row.price):
            self.note(row.line, f"sale price {sale} is not below the price; left out")
            sale = None
        if row.price is not None and not row.currency:
            raise InvalidValueError("currency", "is missing; a price needs one, such as 'EUR'.")
        slug = self._slug(row.id)
        pictures = self._pictures(row)
        product = Product(
            id=row.id,
            title=row.title,
            url="/p/" + quote(slug),
            image=pictures[0] if pictures else None,
            images=pictures[1:],
            description=row.description,
            price=row.price,
            sale_price=sale,
            currency=row.currency,
            availability=row.availability,
            brand=row.brand,
            sku=row.sku,
            gtin=row.gtin if row.gtin.isascii() and row.gtin.isdigit() else "",
            category=row.category,
        )
        self._lines[row.id] = row.line
        self._slugs.add(slug)
        options = [
            Option(label, Money(price, row.currency) if price is not None else None)
            for label, price in row.options[:MAX_OPTIONS]
        ]
        self.wares.append(
            Ware(
                product=product,
                slug=slug,
                pictures=pictures,
                details=tuple(row.details),
                options=tuple(options),
                line=row.line,
                link=_link(row.link),
            )
        )

    def _slug(self, key: str) -> str:
        base = re.sub(r"[^\w.~-]+", "-", key).strip("-.") or "product"
        slug, number = base, 2
        while slug in self._slugs:
            slug, number = f"{base}-{number}", number + 1
        return slug

    def _pictures(self, row: RawWare) -> list[Picture]:
        found: dict[str, Picture] = {}
        for address, alt in row.pictures[:MAX_PICTURES]:
            try:
                picture = self._picture(address, alt or row.title)
            except (UnusablePicture, InvalidValueError) as error:
                self.note(row.line, f"picture {address[:80]!r} {_reason(error)}; left out")
            else:
                found.setdefault(picture.src, picture)
        return list(found.values())

    def _picture(self, address: str, alt: str) -> Picture:
        address = "https:" + address if address.startswith("//") else address
        if "://" in address[:9] or ":" in address.partition("/")[0]:
            whole = check_url(address.replace(" ", "%20"), "address")
            # The host becomes a part of the policy header, where a semicolon would begin a rule of its own.
            if not _HOST.fullmatch(urlsplit(whole).netloc):
                raise UnusablePicture("has no plain host name")
            return Picture(whole, alt=alt)
        name, size = self.shelf.put(address)
        width, height = size or (None, None)
        return Picture(f"/pictures/{name}", width=width, height=height, alt=alt)


def _link(address: str) -> str:
    try:
        return check_url(address.strip(), "link")
    except InvalidValueError:
        return ""


def _reason(error: Exception) -> str:
    return error.problem if isinstance(error, InvalidValueError) else str(error)


def joined(parts: Iterable[str]) -> str:
    """The parts that are there, with a slash between."""
    return " / ".join(part for part in parts if part)
