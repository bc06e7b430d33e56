"""Files of reviews: their encoding, their delimiter, their lines; read as often as wanted, in constant memory."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Literal

from sharekit.exceptions import ShareKitError

Form = Literal["csv", "jsonl"]
DELIMITERS = ",;\t|"
MAX_LINE = 1_000_000
"""Bytes of the longest line of a JSON Lines file, and of the longest header."""
_HEAD_ROWS = 50
_CHUNK = 1 << 20
_SEPARATOR = re.compile(rf"sep=([{DELIMITERS}])", re.IGNORECASE)


class ImportFileError(ShareKitError, ValueError):
    """A file of reviews cannot be read as a whole. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file.

    Parameters:
        line: its number, from 1; where it begins, when it has line breaks in quotes.
        cells: text by column, columns in one spelling (see :func:`column`); ``None`` when the line cannot be read.
        problem: why it cannot.
        data: the object of a line of JSON, as it stands.
    """

    line: int
    cells: Mapping[str, str] | None
    problem: str = ""
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """A file that has been looked at.

    Parameters:
        file: where its bytes are.
        form: ``csv`` or ``jsonl``.
        encoding: name of a codec.
        delimiter: between the cells of a CSV file.
        header: names of the columns, as they stand in the file.
        start: line of the header.
    """

    file: BinaryIO
    form: Form
    encoding: str
    delimiter: str
    header: Sequence[str]
    start: int = 0

    def records(self) -> Iterator[Record]:
        """Every line below the header, from the beginning again."""
        return _json_records(self.file, self.encoding) if self.form == "jsonl" else self._table()

    def rows(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        """Every line of a table below the header that is not empty, as cells in order."""
        for line, cells in _lines(_text_lines(self.file, self.encoding), self.delimiter):
            if line > self.start and (isinstance(cells, csv.Error) or any(cell.strip() for cell in cells)):
                yield line, cells

    def _table(self) -> Iterator[Record]:
        names = [column(cell) for cell in self.header]
        for line, cells in self.rows():
            if isinstance(cells, csv.Error):
                yield Record(line, None, f"cannot be read ({cells}); is a quotation mark never closed?")
            elif len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                problem = f"has {len(cells)} cells where the first line names {len(names)} columns"
                yield Record(line, None, f"{problem}; is a text with the delimiter in it not in quotes?")
            else:
                yield Record(line, {name: cell for name, cell in zip(names, cells, strict=False) if name})


def look_at(file: BinaryIO) -> ReviewFile:
    """Find out how a file is to be read.

    Parameters:
        file: an open file that can be read from its beginning again.

    Raises:
        ImportFileError: it is empty, or no text.
    """
    encoding = _encoding(file)
    first, start = "", 0
    for start, line in enumerate(islice(_text_lines(file, encoding), _HEAD_ROWS), 1):  # noqa: B007
        first = line.strip("\ufeff\r\n ")
        if first.strip("\t"):
            break
    if not first.strip("\t"):
        raise ImportFileError("The file is empty. Pass a CSV or JSON Lines file of reviews.")
    if "\x00" in first:
        raise ImportFileError("The file is no text. Export the reviews as CSV; a spreadsheet saves as CSV, too.")
    if first.startswith("{"):
        return ReviewFile(file, "jsonl", encoding, "", _keys(file, encoding))
    if first.startswith("["):
        raise ImportFileError("The file is one JSON list. Pass JSON Lines: one object on each line, without brackets.")
    told = _SEPARATOR.fullmatch(first)  # Excel's own first line
    delimiter = told[1] if told else max(DELIMITERS, key=lambda mark: _columns(first, mark))
    for line_number, cells in _lines(_text_lines(file, encoding), delimiter):
        if line_number < start + bool(told):
            continue
        if isinstance(cells, csv.Error):
            break
        if any(cell.strip() for cell in cells):
            return ReviewFile(file, "csv", encoding, delimiter, cells, line_number)
    raise ImportFileError("The first line does not name the columns. Pass a CSV file with a header.")


def column(name: str) -> str:
    """A column's name in one spelling: ``Product ID``, ``product_id`` and ``productId`` are the same."""
    return re.sub(r"[\s_.\-\ufeff]+", "", name).lower()


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or UTF-16 by their mark, UTF-16 without one by its zeros, UTF-8 when every byte fits, else Windows-1252."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and not any(head[1:64:2]) and all(head[0:64:2]):
        return "utf-16-le"
    if len(head) >= 4 and not any(head[0:64:2]) and all(head[1:64:2]):
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


class _Unclosed(io.BufferedReader):
    """Leaves the file open when the text around it is thrown away: it is read more than once."""

    def close(self) -> None:
        self.detach()


def _text_lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    # Line ends stay as they are, so that those within quotes survive.
    with io.TextIOWrapper(_Unclosed(file), encoding=encoding, errors="replace", newline="") as text:  # type: ignore[arg-type]
        while line := text.readline(MAX_LINE):
            yield line


def _lines(text: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
            continue
        yield line, cells


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0


def _json_records(file: BinaryIO, encoding: str) -> Iterator[Record]:
    for number, line in enumerate(_text_lines(file, encoding), 1):
        if not line.strip("\ufeff\r\n\t "):
            continue
        data = _object(line.strip("\ufeff\r\n\t "))
        if isinstance(data, str):
            yield Record(number, None, data)
        else:
            yield Record(number, {column(name): _cell(value) for name, value in data.items()}, data=data)


def _keys(file: BinaryIO, encoding: str) -> Sequence[str]:
    """Names in the first lines; each object may leave some out."""
    objects: Iterable[Record] = islice(_json_records(file, encoding), _HEAD_ROWS)
    return list(dict.fromkeys(name for record in objects if record.data for name in record.data))


def _object(line: str) -> Mapping[str, Any] | str:
    """The object of a line, numbers as they stand; or what is wrong with it."""
    try:
        data = json.loads(line, parse_float=str, parse_constant=str)
    except RecursionError:
        return "is nested too deep"
    except ValueError as error:
        return f"is not JSON ({str(error)[:80]})"
    return data if isinstance(data, dict) else "is not an object"


def _cell(value: Any) -> str:
    """A value of JSON as a cell has it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() < 256 else "a huge number"
    if isinstance(value, list):
        return "\n".join(part for part in value if isinstance(part, str))
    return ""
