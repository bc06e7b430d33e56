"""Posted forms, with files or without: parsed in constant memory, bounded in every direction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import parse_qsl

from sharekit.exceptions import MissingExtraError
from sharekit.web.http import MAX_BODY, Request, Response, refuse

MAX_FILES = 6
MAX_FILE = 10 * 1024 * 1024
MAX_UPLOAD = MAX_FILES * MAX_FILE + 256 * 1024
"""Bytes of a form with photos: six of 10 MB, and the texts."""
MAX_TEXTS = 512 * 1024
"""Bytes of all texts of such a form: it may be about several products."""
MAX_PARTS = 120
IN_MEMORY = 128 * 1024
"""Bytes of a body or file that are kept in memory; what is longer goes to a file without a name."""

_TAKES_FILES = re.compile(r"/reviews/(?:write|(?:order|confirm|edit)/[^/]+)$")
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_CHARSET = re.compile(r';\s*charset="?([^\s;"]*)', re.IGNORECASE)
_LONGEST_HEADER = 2_048
_CHUNK = 64 * 1024


class FormError(ValueError):
    """A posted form that cannot be read. ``status`` and ``error`` say how it is refused, the message why."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        self.status = status
        self.error = error
        super().__init__(reason)

    @property
    def answer(self) -> Response:
        """The refusal."""
        return refuse(self.status, self.error, str(self))


@dataclass(slots=True)
class Form:
    """A form: its fields, and its files by field. Use it in a ``with``: its files are gone afterwards.

    Parameters:
        fields: of a repeated name the last value.
        files: what was chosen, in order; empty ones are left out.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[BinaryIO]] = field(default_factory=dict)

    def __enter__(self) -> Form:
        return self

    def add_file(self, name: str) -> BinaryIO:
        """Room for another file of a field."""
        file = spool()
        self.files.setdefault(name, []).append(file)
        return file

    def rewind(self) -> None:
        """Put every file at its beginning, and leave out empty ones: a browser sends one where none was chosen."""
        for name, files in self.files.items():
            self.files[name] = [file for file in files if file.tell()]
            for file in files:
                if file.tell():
                    file.seek(0)
                else:
                    file.close()

    def __exit__(self, *_: object) -> None:
        for files in self.files.values():
            for file in files:
                file.close()


def longest_body(path: str) -> int:
    """Bytes that may be posted to a path, with or without the mount in front."""
    return MAX_UPLOAD if _TAKES_FILES.search(path) else MAX_BODY


def spool() -> BinaryIO:
    """A place for bytes: memory for few, for more a file that is gone when it is closed."""
    return cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))


def read_form(request: Request) -> Form:
    """The posted form, as ``application/x-www-form-urlencoded`` or ``multipart/form-data`` in UTF-8.

    Raises:
        FormError: another type or charset, malformed, too many or too long parts.
        MissingExtraError: ``multipart`` is not installed, and the form has that type.
    """
    if isinstance(request.form_read, Form):
        return request.form_read
    kind, boundary = _content_type(request.header("content-type"))
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(request)
    if kind == "multipart/form-data":
        return _multipart(request, boundary)
    raise FormError(415, "unsupported_type", "Post a form: application/x-www-form-urlencoded or multipart/form-data.")


def _urlencoded(request: Request) -> Form:
    body = request.body if request.upload is None else request.upload.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise FormError(413, "too_large", f"A form without photos may have {MAX_BODY} bytes.")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MAX_PARTS, encoding="utf-8", errors="strict"
        )
    except UnicodeDecodeError:
        raise FormError(400, "bad_form", "The form is not UTF-8.") from None
    except ValueError:
        raise FormError(400, "bad_form", f"The form has more than {MAX_PARTS} fields.") from None
    return Form(dict(pairs))


def _multipart(request: Request, boundary: str) -> Form:
    try:
        from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser
    except ImportError as error:
        raise MissingExtraError("a form with photos", "reviews") from error
    form = Form()
    texts: dict[str, bytearray] = {}
    room = MAX_TEXTS
    target: BinaryIO | bytearray = bytearray()
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, max_header_size=_LONGEST_HEADER) as parser:
            for event in (event for chunk in _chunks(request) for event in parser.parse(chunk)):
                if isinstance(event, MultipartSegment):
                    if event.filename is None:
                        target = texts[event.name] = bytearray()
                    else:
                        target = form.add_file(event.name)
                elif event and not isinstance(target, bytearray):
                    if target.tell() <= MAX_FILE:  # what is beyond it only shows that the file is too long
                        target.write(event)
                elif event:
                    room -= len(event)
                    if room < 0:
                        raise FormError(413, "too_large", f"The texts of a form may have {MAX_TEXTS >> 10} kB.")
                    target += event
        form.fields = {name: bytes(text).decode() for name, text in texts.items()}
    except (MultipartError, UnicodeDecodeError, FormError) as error:
        form.__exit__()
        if isinstance(error, FormError):
            raise
        if isinstance(error, ParserLimitReached):
            raise FormError(413, "too_large", f"A form may have {MAX_PARTS} fields.") from None
        if isinstance(error, UnicodeDecodeError):
            raise FormError(400, "bad_form", "The form is not UTF-8.") from None
        raise FormError(400, "bad_form", "The form is malformed or was broken off; send it again.") from None
    form.rewind()
    return form


def _chunks(request: Request) -> Iterator[bytes]:
    if request.upload is None:
        yield request.body
        return
    while chunk := request.upload.read(_CHUNK):
        yield chunk


def _content_type(header: str) -> tuple[str, str]:
    """The type in lower case, and the boundary."""
    kind, semicolon, rest = header[:_LONGEST_HEADER].partition(";")
    rest = semicolon + rest
    boundary = _BOUNDARY.search(rest)
    charset = _CHARSET.search(rest)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8"}:
        raise FormError(415, "unsupported_type", "Post forms in UTF-8.")
    return kind.strip().lower(), (boundary[1] or boundary[2]) if boundary else ""
