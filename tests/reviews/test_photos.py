"""Photos: what is refused before it is decoded, and what is left of what is taken."""

from __future__ import annotations

import logging
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from sharekit.exceptions import StoreError
from sharekit.reviews import photos
from sharekit.reviews.drafts import PROBLEMS, Draft, DraftError
from sharekit.reviews.people import Customer
from sharekit.reviews.photos import PhotoError, PhotoStore

Bench = Any
WEBP_HEAD = b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00"
GPS = {1: "N", 2: (53.0, 33.0, 3.0), 3: "E", 4: (9.0, 59.0, 1.0)}


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    """A store of photos in an empty directory."""
    return PhotoStore(tmp_path)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain(width: int = 60, height: int = 40, colour: str = "teal") -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGB", (width, height), colour)


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of one colour made with zlib: a few kilobytes that unpack to gigabytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = b"\x00" * (1 + width // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def keep(store: PhotoStore, data: bytes) -> Image.Image:
    """What is kept of a file, opened again."""
    found = store.read(store.keep(BytesIO(data)).id + ".jpg")
    assert found is not None
    assert found[1] == "image/jpeg"
    return Image.open(BytesIO(found[0]))


def refusal(store: PhotoStore, data: bytes) -> str:
    """Why a file is refused; nothing of it is left."""
    with pytest.raises(PhotoError) as caught:
        store.keep(BytesIO(data))
    assert not list(store._folder.glob("*"))
    assert caught.value.problem in PROBLEMS
    return caught.value.problem


@pytest.mark.parametrize(
    ("kind", "mode"),
    [*(("JPEG", mode) for mode in ("RGB", "L", "1", "CMYK")),
     *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
     *(("WEBP", mode) for mode in ("RGB", "RGBA", "L"))],
)  # fmt: skip
def test_ordinary_photos_are_kept(store: PhotoStore, kind: str, mode: str) -> None:
    """Every mode that a format can hold becomes a plain JPEG with a WebP thumbnail, both of the sizes told."""
    image = plain(900, 600, "white").convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.new("I;16", (900, 600), 65535)
    data = encoded(image, kind)
    photo = store.keep(BytesIO(data))
    assert (photo.width, photo.height, photo.thumb_width, photo.thumb_height) == (900, 600, 320, 213)
    for name, size, kind_, mime in (
        (f"{photo.id}.jpg", (900, 600), "JPEG", "image/jpeg"),
        (f"{photo.id}.webp", (320, 213), "WEBP", "image/webp"),
    ):
        found = store.read(name)
        assert found is not None
        again = Image.open(BytesIO(found[0]))
        assert (again.size, again.format, again.mode, found[1]) == (size, kind_, "RGB", mime)
        assert min(again.convert("L").getextrema()) > 250


def test_what_was_transparent_is_white(store: PhotoStore) -> None:
    """Nothing hidden under transparency shows up as black."""
    image = keep(store, encoded(Image.new("RGBA", (40, 40), (200, 0, 0, 0)), "PNG"))
    assert image.getpixel((20, 20)) == (255, 255, 255)


def test_large_photos_are_made_smaller(store: PhotoStore) -> None:
    """The long side becomes 2,048 pixels, the shape stays, and an odd shape keeps a side of one pixel at least."""
    assert keep(store, encoded(plain(5_000, 2_500))).size == (2_048, 1_024)
    photo = store.keep(BytesIO(encoded(plain(4_000, 3), "PNG")))
    assert photo.height >= 1
    assert photo.thumb_height >= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_without_its_camera(store: PhotoStore, orientation: int) -> None:
    """EXIF turns the picture and goes, the place where it was taken with it."""
    image = plain(80, 40, "white")
    image.paste("red", (0, 0, 20, 10))  # the corner of the stored picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update(GPS)
    data = encoded(image, exif=exif, quality=95)
    assert Image.open(BytesIO(data)).getexif().get_ifd(0x8825)[2] == GPS[2]
    kept = keep(store, data)
    raw = b"".join(path.read_bytes() for path in store._folder.iterdir())
    assert not kept.getexif()
    assert b"SecretCamera" not in raw
    assert b"Exif" not in raw
    expected = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    assert kept.size == ((80, 40) if orientation < 5 else (40, 80))
    corner = kept.getpixel((2 if not expected[0] else kept.width - 3, 2 if not expected[1] else kept.height - 3))
    assert isinstance(corner, tuple)
    assert corner[0] > 200
    assert corner[1] < 80


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(store: PhotoStore, kind: str) -> None:
    """Colour profile, XMP, comments and text chunks of the file are gone."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"icc_profile": profile, "xmp": b"<x:xmpmeta>secret</x:xmpmeta>"}
    if kind == "JPEG":
        options["comment"] = b"secret comment"
    if kind == "PNG":
        options.pop("xmp")
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "secret comment")
    data = encoded(plain(), kind, **options)
    assert b"secret" in data
    kept = keep(store, data)
    assert "icc_profile" not in kept.info
    raw = b"".join(path.read_bytes() for path in store._folder.iterdir())
    assert b"secret" not in raw
    assert b"ICC" not in raw


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo_format"),
        ("svg with xml head", b"<?xml version='1.0'?><svg onload='alert(1)'/>", "photo_format"),
        ("html", b"<!doctype html><script>alert(1)</script>", "photo_format"),
        ("empty", b"", "photo_format"),
        ("gif", encoded(plain(), "GIF"), "photo_format"),
        ("tiff", encoded(plain(), "TIFF"), "photo_format"),
        ("bmp", encoded(plain(), "BMP"), "photo_format"),
        ("html that begins as a jpeg", b"\xff\xd8\xff<script>alert(1)</script>", "photo_damaged"),
        ("jpeg cut short", encoded(plain(800, 800))[:2_000], "photo_damaged"),
        ("png cut short", encoded(Image.effect_noise((200, 200), 50), "PNG")[:5_000], "photo_damaged"),
        ("webp cut short", encoded(Image.effect_noise((200, 200), 50), "WEBP")[:900], "photo_damaged"),
        ("webp without a picture", b"RIFF\x04\x00\x00\x00WEBP", "photo_damaged"),
        ("too many bytes", encoded(plain()) + b"\x00" * 10_000_000, "photo_large"),
        ("bomb above every limit", png_bomb(13_300, 13_300), "photo_large"),
        ("bomb that would only warn", png_bomb(9_400, 9_400), "photo_large"),
        ("bomb just above ours", png_bomb(8_000, 5_001), "photo_large"),
        ("moving webp", encoded(plain(), "WEBP", save_all=True, append_images=[plain(colour="red")]), "photo_moving"),
        ("moving png", encoded(plain(), "PNG", save_all=True, append_images=[plain(colour="red")]), "photo_moving"),
        ("webp of 16,383 squared", WEBP_HEAD + b"\xfe\x3f\x00\xfe\x3f\x00", "photo_large"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_photo_is_refused_with_its_reason(store: PhotoStore, name: str, data: bytes, problem: str) -> None:
    """Each kind of bad file has its reason, and leaves nothing on the disk."""
    assert refusal(store, data) == problem, name


def test_what_hides_behind_a_photo_is_gone(store: PhotoStore) -> None:
    """A page, a script or an archive behind a JPEG's last byte does not come out again."""
    for payload in (b"<script>alert(1)</script>", b"PK\x03\x04" + b"x" * 50, b"<?php evil(); ?>"):
        keep(store, encoded(plain()) + payload)
    raw = b"".join(path.read_bytes() for path in store._folder.iterdir())
    assert not any(word in raw for word in (b"script", b"PK\x03\x04", b"php"))


def test_a_photo_with_a_second_view_is_a_photo(store: PhotoStore) -> None:
    """Telephones put a second picture (depth, a short film's first frame) behind the first: that is no animation."""
    mpo = encoded(plain(), "MPO", save_all=True, append_images=[plain(colour="red")])
    assert keep(store, mpo).size == (60, 40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["JPEG", "PNG", "WEBP"]))
@pytest.mark.filterwarnings("ignore")
def test_no_damaged_file_is_more_than_refused(store: PhotoStore, seed: int, kind: str) -> None:
    """Bytes changed at random: a photo comes out or a PhotoError with a known reason, and nothing else."""
    dice = random.Random(seed)
    data = bytearray(encoded(Image.effect_noise((64, 48), 40), kind))
    for _ in range(dice.randint(1, 30)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    problem = None
    try:
        store.keep(BytesIO(bytes(data[: dice.randint(1, len(data))] if seed % 3 == 0 else data)))
    except PhotoError as error:
        problem = error.problem
    assert problem is None or problem in PROBLEMS


@pytest.mark.parametrize(
    "name",
    ["", "..", "../reviews.db", "/etc/passwd", "a" * 32, "a" * 32 + ".svg", "a" * 32 + ".jpg/", "A" * 32 + ".jpg",
     "a" * 32 + ".jpg\n", "x\x00.jpg", "a" * 32 + ".jpg"],
)  # fmt: skip
def test_no_other_file_is_read(store: PhotoStore, name: str) -> None:
    """Only names that the store gave out lead anywhere; what is not there is None."""
    assert store.read(name) is None


def test_a_photo_can_be_deleted_twice(store: PhotoStore) -> None:
    """Both files go, and deleting again is no error."""
    photo = store.keep(BytesIO(encoded(plain())))
    store.delete(photo)
    store.delete(photo)
    assert not list(store._folder.iterdir())


def test_names_cannot_be_guessed(store: PhotoStore) -> None:
    """The same photo twice has two names of 128 random bits."""
    ids = {store.keep(BytesIO(encoded(plain()))).id for _ in range(2)}
    assert len(ids) == 2
    assert all(len(id_) == 32 for id_ in ids)


def test_one_photo_is_decoded_at_a_time(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads at once never decode two photos together, so that memory does not grow with visitors."""
    running, most = [0], [0]
    inner = photos._made_anew

    def counted(data: bytes) -> Any:
        running[0] += 1
        most[0] = max(most[0], running[0])
        try:
            return inner(data)
        finally:
            running[0] -= 1

    monkeypatch.setattr(photos, "_made_anew", counted)
    data = encoded(plain(1_000, 1_000))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.keep(BytesIO(data)), range(16)))
    assert most == [1]


PEAK = """
import resource, sys
from io import BytesIO
from pathlib import Path
from sharekit.reviews.photos import PhotoError, PhotoStore
store = PhotoStore(Path(sys.argv[1]))
for path in sys.argv[2:]:
    for _ in range(3):
        try:
            store.keep(open(path, "rb"))
        except PhotoError as error:
            print(error.problem)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_needs_no_memory(tmp_path: Path) -> None:
    """A process that is handed three of each bomb peaks within 25 MiB of one that is handed a small photo; decoding the
    larger would take 865."""
    files = {"small": encoded(plain(), "PNG"), "large": png_bomb(13_300, 13_300), "warning": png_bomb(9_400, 9_400)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert len(files["large"]) < 100_000

    def peak(*names: str) -> tuple[int, set[str]]:
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            PEAK,
            str(tmp_path / "data"),
            *(str(tmp_path / n) for n in names),
        ]
        *problems, mebibytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return int(mebibytes), set(problems)

    small, none = peak("small")
    bombs, problems = peak("small", "large", "warning")
    assert none == set()
    assert problems == {"photo_large"}
    assert bombs - small < 25


def test_a_refused_photo_refuses_the_review_and_is_logged(
    bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    """One bad file of three: nothing is kept, the form's field says why, and the log says what it was."""
    caplog.set_level(logging.INFO)
    one = bench()
    good = encoded(plain())
    files = [BytesIO(good), BytesIO(b"<svg/>"), BytesIO(good)]
    with pytest.raises(DraftError) as caught:
        one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=5), photos=files)
    assert caught.value.errors == {"photos": "photo_format"}
    assert "Photo for a review of 'mug' refused: neither JPEG, PNG nor WebP by its first bytes" in caplog.text
    assert list(one.store.all()) == []
    assert not list((one.folder / "review-photos").glob("*"))


def test_photos_are_counted_kept_and_exchanged(bench: Callable[..., Bench]) -> None:
    """The policy's number holds for handing in and for editing together; photos taken out are deleted."""
    one = bench(photos=2)
    files = [BytesIO(encoded(plain())) for _ in range(3)]
    with pytest.raises(DraftError, match="too_many_photos"):
        one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=5), photos=files)
    review = one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=5), photos=files[:2])
    stays, goes = review.photos
    for file in files:
        file.seek(0)
    with pytest.raises(DraftError, match="too_many_photos"):
        one.desk.edit(review.id, Draft(product_id="mug", rating=5), photos=files[:1])
    edited = one.desk.edit(review.id, Draft(product_id="mug", rating=5), photos=files[:1], keep=[stays.id, "x"])
    assert edited.photos[0].id == stays.id
    assert len(edited.photos) == 2
    assert one.desk.photos.read(f"{goes.id}.jpg") is None
    assert one.desk.photos.read(f"{stays.id}.jpg") is not None
    assert len(list((one.folder / "review-photos").iterdir())) == 4


def test_photos_of_a_review_that_was_not_kept_are_deleted(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the store cannot keep the review, or the change of one, its new photos leave no files behind."""
    one = bench()
    ann = Customer(id="7")
    review = one.desk.submit_customer(ann, Draft(product_id="mug", rating=5))

    def broken(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(one.store, "add", broken)
    monkeypatch.setattr(one.store, "edit", broken)
    with pytest.raises(StoreError):
        one.desk.submit_customer(ann, Draft(product_id="bowl", rating=5), photos=[BytesIO(encoded(plain()))])
    with pytest.raises(StoreError):
        one.desk.edit(review.id, Draft(product_id="mug", rating=5), photos=[BytesIO(encoded(plain()))])
    assert (one.folder / "review-photos").exists()
    assert not list((one.folder / "review-photos").glob("*"))


def test_a_second_review_costs_no_decoding(bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has reviewed the product already is refused before a photo is looked at."""
    one = bench()
    one.desk.submit_customer(Customer(id="7"), Draft(product_id="mug", rating=5))
    monkeypatch.setattr(photos, "_made_anew", None)
    with pytest.raises(DraftError, match="duplicate"):
        one.desk.submit_customer(
            Customer(id="7"), Draft(product_id="mug", rating=5), photos=[BytesIO(encoded(plain()))]
        )
