"""A video: its files, its poster, its captions, and the products that appear in it at some time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from sharekit.checks import check_text, check_url, shown
from sharekit.exceptions import InvalidValueError
from sharekit.products.picture import MAX_TAGS, Picture, Products
from sharekit.products.product import Product
from sharekit.products.rights import Disclosure
from sharekit.products.tags import ProductTag
from sharekit.products.values import (
    check_choice,
    check_flag,
    check_id,
    check_items,
    check_language,
    check_line,
    check_optional,
    check_pixels,
    path_of,
)

if TYPE_CHECKING:
    from sharekit.products.lint import Problem

TrackKind = Literal["captions", "subtitles", "descriptions", "chapters", "metadata"]
TRACKS: tuple[str, ...] = get_args(TrackKind)
MAX_FILES = 10
MAX_TRACKS = 50
_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".mov": "video/quicktime",
}
_TYPE = re.compile(r"(?:video|application)/[A-Za-z0-9.+-]{1,60}(?:; ?codecs=\"?[A-Za-z0-9., -]{1,100}\"?)?\Z")


@dataclass(frozen=True, slots=True)
class VideoFile:
    """One file of a video; the browser takes the first it can play.

    Parameters:
        src: address.
        type: media type; from the ending of the address when left out, and that is a usual one.
    """

    src: str
    type: str = ""

    def __post_init__(self) -> None:
        check_url(self.src, "VideoFile.src")
        if not self.type:
            path = path_of(self.src).lower()
            object.__setattr__(self, "type", next((kind for end, kind in _TYPES.items() if path.endswith(end)), ""))
        elif not _TYPE.match(check_line(self.type, "VideoFile.type")):
            raise InvalidValueError("VideoFile.type", f"{shown(self.type)} is not a media type such as 'video/webm'.")


@dataclass(frozen=True, slots=True)
class Track:
    """Text that goes with a video (WebVTT).

    Cues of metadata that name a tag by its number, ``{"tag": 2}``, decide when its marker is shown, before the tag's
    own times do; :meth:`Video.to_webvtt` writes such a file.

    Parameters:
        src: address of the file.
        kind: ``"captions"``, ``"subtitles"``, ``"descriptions"``, ``"chapters"`` or ``"metadata"``.
        srclang: its language, such as ``"en"``; required but for metadata.
        label: what the menu calls it.
        default: shown unless the viewer chose another.
    """

    src: str
    kind: TrackKind = "captions"
    srclang: str = ""
    label: str = ""
    default: bool = False

    def __post_init__(self) -> None:
        check_url(self.src, "Track.src")
        check_choice(self.kind, TRACKS, "Track.kind")
        if self.srclang or self.kind != "metadata":
            check_language(self.srclang, "Track.srclang")
        check_line(self.label, "Track.label")
        check_flag(self.default, "Track.default")


@dataclass(frozen=True, slots=True, init=False)
class Video:
    """A video with products in it.

    Parameters:
        src: address of its file, or a list of addresses and :class:`VideoFile` (the first that plays is taken).
        poster: the picture before it plays; it says what the video shows (``alt``).
        title: its name, as text.
        width, height: pixels; the poster's when left out.
        tags: the products in it; each says from which second on (``start``), and may say until when (``end``).
        tracks: captions and other text.
        id: key under which it is counted; the path of its first file when left out.
        disclosure: commercial interest behind all of it.

    Raises:
        InvalidValueError: a value cannot be used; ``error.field`` names it, tags by their number from 1.
    """

    files: tuple[VideoFile, ...]
    poster: Picture
    title: str
    width: int
    height: int
    tags: tuple[ProductTag, ...]
    tracks: tuple[Track, ...]
    id: str
    disclosure: Disclosure | None

    def __init__(
        self,
        src: str | VideoFile | Iterable[str | VideoFile],
        poster: Picture,
        *,
        title: str,
        width: int | None = None,
        height: int | None = None,
        tags: Iterable[ProductTag] = (),
        tracks: Iterable[Track] = (),
        id: str = "",  # noqa: A002 (the field's own word)
        disclosure: Disclosure | None = None,
    ) -> None:
        set_field = object.__setattr__
        set_field(self, "files", _files(src))
        if not isinstance(poster, Picture):
            raise InvalidValueError("Video.poster", f"pass a Picture, not {shown(poster)}.")
        set_field(self, "poster", poster)
        if not check_text(title, "Video.title", longest=300).strip():
            raise InvalidValueError("Video.title", "is empty; screen readers need one.")
        set_field(self, "title", check_line(title, "Video.title"))
        for name, given, found in (("width", width, poster.width), ("height", height, poster.height)):
            if given is None and found is None:
                raise InvalidValueError(f"Video.{name}", "is missing; pass it in pixels, or give the poster its size.")
            set_field(self, name, check_pixels(found if given is None else given, f"Video.{name}"))
        set_field(self, "tags", _timed(tags))
        set_field(self, "tracks", check_items(tracks, Track, "Video.tracks", most=MAX_TRACKS, what="tracks"))
        set_field(self, "id", check_id(id, "Video.id", default=path_of(self.files[0].src)))
        set_field(self, "disclosure", check_optional(disclosure, Disclosure, "Video.disclosure"))

    @property
    def src(self) -> str:
        """Address of its first file."""
        return self.files[0].src

    @property
    def ratio(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    @property
    def products(self) -> tuple[Product, ...]:
        """Its tagged products, each once, in the order of the tags."""
        return tuple({product.id: product for tag in self.tags for product in tag.products}.values())

    def lint(self, at: datetime | None = None) -> list[Problem]:
        """What is wrong with the video, its poster and tags, worst first; empty when nothing is."""
        from sharekit.products.lint import lint_video

        return lint_video(self, at)

    def to_dict(self, *, products: bool = False) -> dict[str, Any]:
        """The video as JSON has it; see :meth:`Picture.to_dict`."""
        from sharekit.products.dicts import video_to_dict

        return video_to_dict(self, products=products)

    def to_annotations(self) -> list[dict[str, Any]]:
        """The tags as W3C Web Annotations, one each, with their times (``t=12,15``)."""
        from sharekit.products.annotations import to_annotations

        return to_annotations(self)

    def to_webvtt(self) -> str:
        """The tags as a WebVTT file, for a :class:`Track` of kind ``"metadata"``."""
        from sharekit.products.webvtt import to_webvtt

        return to_webvtt(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], products: Products | None = None) -> Video:
        """The video of :meth:`to_dict`; see :meth:`Picture.from_dict`."""
        from sharekit.products.reading import video_from_dict

        return video_from_dict(data, products)


def _files(value: object) -> tuple[VideoFile, ...]:
    single = isinstance(value, str | VideoFile)
    items: Any = [value] if single else value
    if not isinstance(items, Iterable):
        raise InvalidValueError("Video.src", f"pass an address or a list of them, not {shown(value)}.")
    made = [VideoFile(item) if isinstance(item, str) else item for item in items]
    files = check_items(made, VideoFile, "Video.src", most=MAX_FILES, what="files")
    if not files:
        raise InvalidValueError("Video.src", "is empty; pass the address of the video.")
    return files


def _timed(value: object) -> tuple[ProductTag, ...]:
    tags = check_items(value, ProductTag, "Video.tags", most=MAX_TAGS, what="tags")
    for number, tag in enumerate(tags, 1):
        if tag.start is None:
            raise InvalidValueError(
                f"Video.tags[{number}].start", "is missing; say the second of the video from which on the tag is shown."
            )
    return tags
