"""The size of a picture out of the head of its file. Nothing is decoded."""

from __future__ import annotations

from pathlib import Path

from sharekit.exceptions import InvalidValueError, MissingExtraError

MAX_PIXELS = 40_000_000
"""Larger files are refused by what their head says, before anything is unpacked ("decompression bombs")."""
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
_TURNED = ("JPEG", "MPO", "PNG", "WEBP")
"""Formats whose EXIF orientation browsers follow (CSS Images 3, 5.7). In AVIF turning is part of the format itself."""
_ORIENTATION = 0x0112
_FIELD = "Picture.from_file"


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture file in pixels, as browsers show it: EXIF orientation applied.

    Raises:
        InvalidValueError: the file cannot be read, is no picture, or has more than 40 megapixels.
        MissingExtraError: Pillow is not installed (extra ``pictures``).
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError("Reading the size of a picture", "pictures") from None
    name = repr(str(path))[:200]
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _too_large(name)
            turned = (
                image.format in _TURNED and "exif" in image.info and image.getexif().get(_ORIENTATION) in {5, 6, 7, 8}
            )
    except InvalidValueError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name) from None
    except UnidentifiedImageError:
        raise InvalidValueError(
            _FIELD, f"{name} is no JPEG, PNG, WebP, AVIF or GIF; pass width and height yourself."
        ) from None
    except OSError as error:
        raise InvalidValueError(_FIELD, f"{name} cannot be read ({error.strerror or 'damaged'}).") from None
    except Exception as error:  # noqa: BLE001 (decoders of hostile files fail in every way)
        raise InvalidValueError(_FIELD, f"{name} is damaged ({type(error).__name__}).") from None
    return (height, width) if turned else (width, height)


def _too_large(name: str) -> InvalidValueError:
    return InvalidValueError(_FIELD, f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels.")
