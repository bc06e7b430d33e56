"""Posted forms: read as they were meant, or refused with a reason; bounded in every direction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit.web.forms import MAX_FILE, MAX_PARTS, MAX_UPLOAD, FormError, longest_body, read_form
from sharekit.web.http import MAX_BODY, Request

Multipart = Callable[..., tuple[bytes, str]]
URLENCODED = "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str, *, spooled: bool = True) -> dict[str, str]:
    """The fields of a form, as a shell hands it over."""
    upload: Any = BytesIO(body) if spooled else None
    request = Request(
        method="POST", path="/", headers={"content-type": content_type}, body=b"" if spooled else body, upload=upload
    )
    with read_form(request) as form:
        return form.fields | {name: f"{len(files)} files" for name, files in form.files.items() if files}


def refused(body: bytes, content_type: str) -> tuple[int, str]:
    """Status and word of the refusal."""
    with pytest.raises(FormError) as caught:
        read(body, content_type)
    assert caught.value.answer.status == caught.value.status
    assert len(str(caught.value)) < 200
    return caught.value.status, caught.value.error


def test_both_kinds_of_forms_are_read_alike(multipart: Multipart) -> None:
    """Whether or not photos are with it, and whether or not the body lies in a file."""
    values = {"title": "Größe & Gewicht", "body": "a\r\nb", "empty": ""}
    for spooled in (True, False):
        assert read(b"title=Gr%C3%B6%C3%9Fe+%26+Gewicht&body=a%0D%0Ab&empty=", URLENCODED, spooled=spooled) == values
        body, kind = multipart(values)
        assert read(body, kind, spooled=spooled) == values


def test_files_are_found_by_field_and_empty_ones_left_out(multipart: Multipart) -> None:
    """A browser sends an empty file where none was chosen."""
    body, kind = multipart(
        {"a": "1"}, [("photos", "x.jpg", b"abc"), ("photos", "", b""), ("other", "y", b"d" * 300_000)]
    )
    assert read(body, kind) == {"a": "1", "photos": "1 files", "other": "1 files"}


def test_of_a_file_that_is_too_long_only_so_much_is_kept(multipart: Multipart) -> None:
    """One byte more than allowed tells that it is too long; the text beside it is still read."""
    body, kind = multipart({"title": "kept"}, [("photos", "x.jpg", b"x" * (MAX_FILE + 300_000))])
    request = Request(method="POST", path="/", headers={"content-type": kind}, upload=BytesIO(body))
    with read_form(request) as form:
        assert form.fields == {"title": "kept"}
        assert MAX_FILE < len(form.files["photos"][0].read()) <= MAX_FILE + 65_536


def test_ten_thousand_fields_are_refused(multipart: Multipart) -> None:
    """However they are written, and however short they are."""
    assert refused(b"&".join([b"a=1"] * 10_000), URLENCODED) == (400, "bad_form")
    assert refused(*multipart([(f"a{n}", "1") for n in range(10_000)])) == (413, "too_large")
    assert refused(*multipart([], [("photos", "a.jpg", b"1")] * (MAX_PARTS + 1))) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "kind", "answer"),
    [
        (b"a=%FF%FE", URLENCODED, (400, "bad_form")),
        (b"a=\xff", URLENCODED, (400, "bad_form")),
        (b"a=1", URLENCODED + "; charset=utf-16", (415, "unsupported_type")),
        (b"a=1", "text/plain", (415, "unsupported_type")),
        (b"a=1", "", (415, "unsupported_type")),
        (b"{}", "application/json", (415, "unsupported_type")),
        (b"a=" + b"x" * MAX_BODY, URLENCODED, (413, "too_large")),
        (b"", "multipart/form-data", (400, "bad_form")),
        (b"nothing of the kind", "multipart/form-data; boundary=x", (400, "bad_form")),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nbroken off", "multipart/form-data; boundary=x",
         (400, "bad_form")),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\xfe\r\n--x--", "multipart/form-data; boundary=x",
         (400, "bad_form")),
        (b"--x\r\nContent-Disposition: form-data; name=a" + b"b" * 9_000 + b"\r\n\r\n1\r\n--x--",
         "multipart/form-data; boundary=x", (413, "too_large")),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"y" * 530_000 + b"\r\n--x--",
         "multipart/form-data; boundary=x", (413, "too_large")),
        (b"--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x",
         (400, "bad_form")),
        (b"--x\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x", (400, "bad_form")),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused_with_a_reason(body: bytes, kind: str, answer: tuple[int, str]) -> None:
    """Malformed, broken off, in another charset, too long: the sender's fault, and said so."""
    assert refused(body, kind) == answer


@settings(deadline=None)
@given(st.binary(max_size=2_000), st.sampled_from(["x", '"x y"', "", "-", "x" * 300]))
def test_no_bytes_make_it_fail(body: bytes, boundary: str) -> None:
    """Whatever is posted is a form or a refusal, never an error of ours."""
    for text in (body, b"--x\r\n" + body + b"\r\n--x--", body.replace(b"\n", b"\r\n--x\r\n")):
        with suppress(FormError):
            read(text, f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize("prefix", ["", "/sharekit", "/shop/sharekit"])
def test_only_forms_with_photos_may_be_long(prefix: str) -> None:
    """Everything else keeps the limit of a post of events."""
    for path in ("/reviews/write", "/reviews/order/abc", "/reviews/confirm/abc", "/reviews/edit/abc"):
        assert longest_body(prefix + path) == MAX_UPLOAD
    for path in ("/events", "/reviews/vote", "/reviews/ask", "/reviews/list/x", "/reviews/write/x/y", "/write"):
        assert longest_body(prefix + path) == MAX_BODY
