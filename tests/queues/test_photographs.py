"""A picture from a stranger is written anew, and what is none is refused."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from queues.photographs import LONGEST_SIDE, MOST_BYTES, PhotographError, read_photograph
from tests.pictures import phone_photograph, picture


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    image.load()
    return image


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_any_common_picture_becomes_a_jpeg_of_the_same_look(form: str, mode: str) -> None:
    out = BytesIO()
    Image.open(BytesIO(picture())).convert(mode).save(out, form)
    kept = read_photograph(out.getvalue())
    shown = opened(kept.data)
    assert (shown.mode, shown.size, (kept.width, kept.height)) == ("RGB", (64, 48), (64, 48))
    assert max(_rgb(shown, 4, 4)) < 60, "a dark corner"
    assert min(_rgb(shown, 50, 40)) > 150, "and the rest is light"


def test_what_a_phone_writes_beside_the_picture_is_gone_and_it_stands_upright() -> None:
    sent = phone_photograph()
    assert b"Phone of Sundarpur" in sent and b"taken at home" in sent
    kept = read_photograph(sent)
    shown = opened(kept.data)
    assert (kept.width, kept.height) == (600, 800)
    assert not shown.getexif()
    assert {"exif", "comment", "icc_profile", "xmp"}.isdisjoint(shown.info)
    assert b"Phone of Sundarpur" not in kept.data and b"taken at home" not in kept.data
    assert max(_rgb(shown, 590, 10)) < 60, "the dark corner has gone to the upper right"


def test_nothing_that_hides_behind_a_picture_is_kept() -> None:
    kept = read_photograph(picture("JPEG") + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in kept.data


def test_transparent_parts_become_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert min(_rgb(opened(read_photograph(out.getvalue()).data), 20, 20)) > 250


def test_a_large_picture_is_made_small_enough() -> None:
    noise = random.Random(7).randbytes(2400 * 1800 * 3)
    out = BytesIO()
    Image.frombytes("RGB", (2400, 1800), noise).save(out, "JPEG", quality=95)
    kept = read_photograph(out.getvalue())
    assert max(kept.width, kept.height) <= LONGEST_SIDE
    assert len(kept.data) <= MOST_BYTES < len(out.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 ...",
        b"\xff\xd8\xff\xe0",
        picture()[:60],
        picture("JPEG")[:200],
        picture("GIF"),
        picture("TIFF"),
    ],
)
def test_what_is_no_whole_picture_of_a_known_form_is_refused(data: bytes) -> None:
    with pytest.raises(PhotographError):
        read_photograph(data)


def test_a_header_that_promises_too_much_is_refused_before_anything_is_unpacked() -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    bomb += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    with pytest.raises(PhotographError):
        read_photograph(bomb)


def _rgb(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)
