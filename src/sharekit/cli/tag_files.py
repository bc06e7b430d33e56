"""The files of the tag editor: the picture, the JSON its tags are kept in, the products of a catalogue."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from sharekit.demo.catalog import Catalog, Ware
from sharekit.demo.pictures import MAX_BYTES, TYPES, looks_like, size_of
from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.products import Picture, Product
from sharekit.widgets.editor import read_json

MAX_JSON_BYTES = 4_000_000
_HEAD = 256 * 1024


class Desk:
    """The picture that lies on it and the file its tags are kept in.

    Parameters:
        path: the picture.
        out: the JSON file; beside the picture, named after it, when left out.
        src: address of the picture in the shop; its file name when left out.

    Raises:
        ConfigError: the picture cannot be used, or the folder of ``out`` is not there.
    """

    def __init__(self, path: Path, out: Path | None = None, src: str = "") -> None:
        self.path = path
        self.kind, self._size = _picture_file(path)
        self.out = (out or path.with_suffix(".tags.json")).absolute()
        self._src = src
        self._lock = threading.Lock()
        if not self.out.parent.is_dir():
            raise ConfigError(f"{str(self.out.parent)!r} is not a directory. Pass a file in one: --out FILE.json")

    def picture(self, products: Mapping[str, Product]) -> Picture:
        """The picture as it was kept, else a new one without tags.

        Raises:
            ConfigError: there is a file that does not hold a picture; it stays as it is.
        """
        try:
            if self.out.stat().st_size > MAX_JSON_BYTES:
                raise ConfigError(f"{self.out} is larger than a picture with tags can be. Pass another file: --out")
            text = self.out.read_text(encoding="utf-8")
        except FileNotFoundError:
            width, height = self._size or (None, None)
            return Picture(self._src or quote(self.path.name), width, height)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.out} cannot be read ({error}). Pass another file: --out FILE.json") from None
        try:
            data = read_json(text)
            if self._src:
                data["src"] = self._src
            return Picture.from_dict(data, products)
        except InvalidValueError as error:
            raise ConfigError(f"{self.out}: {error} Pass another file: --out FILE.json") from None

    def keep(self, picture: Picture) -> Path:
        """Write the picture, in one step: a reader meets the old file or the new one, never half of it."""
        text = json.dumps(picture.to_dict(products=True), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        with self._lock:
            write_atomically(self.out, text)
        return self.out


def write_atomically(path: Path, text: str) -> None:
    """Put ``text`` into a file, also through a link, keeping the rights of the file that was there."""
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def taggable(ware: Ware) -> Product:
    """A product of a catalogue, as it is in the shop itself: addresses that only the demo knows are left out."""
    product = ware.product
    pictures = [picture for picture in product.pictures if "://" in picture.src]
    return replace(product, url=ware.link or product.url, image=pictures[0] if pictures else None, images=pictures[1:])


def products_of(catalog: Catalog | None) -> dict[str, Product]:
    """The catalogue's products by id."""
    return {ware.product.id: taggable(ware) for ware in catalog.wares} if catalog else {}


def _picture_file(path: Path) -> tuple[str, tuple[int, int] | None]:
    """The media type and, when its head tells, the size."""
    kind = TYPES.get(path.suffix.lower())
    if kind is None:
        raise ConfigError(f"{str(path)!r} is not one of {', '.join(sorted(TYPES))}. Pass the file of a picture.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}. Pass the file of a picture.") from None
    if not 0 < size <= MAX_BYTES:
        what = "is empty" if not size else f"is larger than {MAX_BYTES // 1024 // 1024} MB"
        raise ConfigError(f"{path} {what}. Pass the picture in the size the shop shows it.")
    if not looks_like(kind, head):
        raise ConfigError(f"{path} does not hold what its ending {path.suffix} says. Pass the file of a picture.")
    return kind, size_of(head)
