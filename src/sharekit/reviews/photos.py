"""Photos of reviews: checked before they are decoded, made anew, and kept under names nobody can guess."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sharekit.exceptions import ShareKitError
from sharekit.reviews.model import Photo


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

    Each photo is two files: ``<id>.jpg`` and its thumbnail ``<id>.webp``.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "review-photos"

    def keep(self, file: BinaryIO) -> Photo:
        """Check a file, make the photo and its thumbnail anew, and keep both.

        Raises:
            PhotoError: it is not a still JPEG, PNG or WebP of at most 10 MB and 40 megapixels.
            MissingExtraError: Pillow is not installed (extra ``reviews``).
        """
        raise NotImplementedError

    def read(self, name: str) -> tuple[bytes, str] | None:
        """A file by its name (``"<id>.jpg"``, ``"<id>.webp"``) with its content type; ``None`` when there is none."""
        raise NotImplementedError

    def delete(self, photo: Photo) -> None:
        """Remove a photo and its thumbnail; nothing happens when they are gone already."""
        raise NotImplementedError
