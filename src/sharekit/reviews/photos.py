"""Photos of reviews: checked before they are decoded, made anew, and kept under names nobody can guess."""

from __future__ import annotations

import os
import re
import secrets
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from sharekit.exceptions import MissingExtraError, ShareKitError
from sharekit.products.files import MAX_PIXELS
from sharekit.reviews.model import Photo
from sharekit.reviews.photo_heads import sniff, webp_size

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_BYTES = 10_000_000
MAX_SIDE = 2_048
THUMB_SIDE = 320
FOLDER = "review-photos"
_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|webp)")
_TYPES = {".jpg": "image/jpeg", ".webp": "image/webp"}
_ORIENTATION = 0x0112
_decoding = Lock()
"""One photo at a time per process, so that many at once need no more memory than one."""


def _forget_lock() -> None:
    global _decoding
    _decoding = Lock()


os.register_at_fork(after_in_child=_forget_lock)  # a thread that held it does not live on in the child


class PhotoError(ShareKitError, ValueError):
    """A file cannot be used as a photo.

    Parameters:
        problem: a key of :data:`sharekit.reviews.drafts.PROBLEMS`.
        detail: what is wrong with the file, for the log.
    """

    def __init__(self, problem: str, detail: str) -> None:
        self.problem = problem
        self.detail = detail
        super().__init__(detail)


class PhotoStore:
    """The photos of one data directory (``review-photos/``).

    Each photo is two files: ``<id>.jpg`` and its thumbnail ``<id>.webp``. Both are made of the decoded picture, so that
    nothing else of what was sent is kept: no place or camera (EXIF), no colour profile, nothing before or behind it.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = Path(data_dir) / FOLDER

    def keep(self, file: BinaryIO) -> Photo:
        """Check a file, make the photo and its thumbnail anew, and keep both.

        Parameters:
            file: open for reading bytes.

        Raises:
            PhotoError: it is not a still JPEG, PNG or WebP of at most 10 MB and 40 megapixels.
            MissingExtraError: Pillow is not installed (extra ``reviews``).
        """
        data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise PhotoError("photo_large", f"more than {MAX_BYTES // 1_000_000} MB")
        with _decoding:
            photo, thumb, sizes = _made_anew(data)
        kept = Photo(id=secrets.token_hex(16), width=sizes[0], height=sizes[1], thumb_width=sizes[2],
                     thumb_height=sizes[3])  # fmt: skip
        self._folder.mkdir(parents=True, exist_ok=True)
        for ending, content in ((".webp", thumb), (".jpg", photo)):
            (self._folder / (kept.id + ending)).write_bytes(content)
        return kept

    def read(self, name: str) -> tuple[bytes, str] | None:
        """A file by its name (``"<id>.jpg"``, ``"<id>.webp"``) with its content type; ``None`` when there is none."""
        if not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        try:
            return path.read_bytes(), _TYPES[path.suffix]
        except FileNotFoundError:
            return None

    def delete(self, photo: Photo) -> None:
        """Remove a photo and its thumbnail; nothing happens when they are gone already."""
        for ending in _TYPES:
            if _NAME.fullmatch(photo.id + ending):
                (self._folder / (photo.id + ending)).unlink(missing_ok=True)


def _made_anew(data: bytes) -> tuple[bytes, bytes, tuple[int, int, int, int]]:
    """The photo as JPEG, its thumbnail as WebP, and the width and height of both."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError("Photos of reviews", "reviews") from None
    kind = sniff(data)
    if kind is None:
        raise PhotoError("photo_format", "neither JPEG, PNG nor WebP by its first bytes")
    if kind == "WEBP":  # its decoder makes room for the whole picture when it is opened
        _check_size(*webp_size(data))
    try:
        with Image.open(BytesIO(data), formats=[kind]) as image:
            _check_size(*image.size)
            if kind != "JPEG" and getattr(image, "is_animated", False):  # a JPEG has other views behind its photo
                raise PhotoError("photo_moving", "more than one frame")
            turned = image.getexif().get(_ORIENTATION)
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            photo = _upright(_reduced(image), turned)
        photo.thumbnail((MAX_SIDE, MAX_SIDE))
        large = BytesIO()
        photo.save(large, "JPEG", quality=85, optimize=True, progressive=True, exif=b"", icc_profile=None)
        width, height = photo.size
        photo.thumbnail((THUMB_SIDE, THUMB_SIDE))
        small = BytesIO()
        photo.save(small, "WEBP", quality=80, exif=b"", icc_profile=b"", xmp=b"")
    except (ShareKitError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError("photo_large", type(error).__name__) from None
    except UnidentifiedImageError:
        raise PhotoError("photo_damaged", f"no {kind} behind its first bytes") from None
    except Exception as error:  # noqa: BLE001 (decoders of hostile files fail in every way)
        raise PhotoError("photo_damaged", f"{type(error).__name__} while decoding {kind}") from None
    return large.getvalue(), small.getvalue(), (width, height, *photo.size)


def _check_size(width: int, height: int) -> None:
    if not width * height:
        raise PhotoError("photo_damaged", "no size in its head")
    if width * height > MAX_PIXELS:
        raise PhotoError("photo_large", f"{width} × {height} pixels by its head")


def _reduced(image: Picture) -> Picture:
    """The picture in plain red, green and blue, about as large as it is kept, on white where it was transparent."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    factor = max(image.size) // MAX_SIDE
    if factor > 1:  # before anything else, because every copy of 40 megapixels is 160 MB
        image = image.reduce(factor)
    if image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def _upright(image: Picture, orientation: object) -> Picture:
    """Turned as EXIF says the camera was held, in a picture that carries nothing else."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }  # fmt: skip
    turn = turns.get(orientation) if isinstance(orientation, int) else None
    image = image if turn is None else image.transpose(turn)
    image.info = {}
    return image
