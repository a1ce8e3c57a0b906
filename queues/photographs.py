"""Makes of a picture that a stranger has sent one that is safe to keep and to show.

It is decoded and written anew as JPEG (Pillow): no metadata (a phone writes the place, the owner and a small copy of
the picture into it), nothing hidden behind the picture, no form but the one that we wrote. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

__all__ = ["JPEG", "LONGEST_SIDE", "MOST_BYTES", "Photograph", "PhotographError", "read_photograph"]

JPEG = "image/jpeg"
LONGEST_SIDE = 1600
"""Pixels: a number plate across the street can be read."""
MOST_BYTES = 400_000
"""Of what is kept. What is sent may be larger; whoever receives it bounds that."""

_FORMS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 50_000_000
"""A picture is refused above: phones take 12 million, some 50. Decoded it takes three or four bytes a pixel."""
_QUALITIES = (82, 70, 55, 40)
_SMALLEST_SIDE = 400


class PhotographError(ValueError):
    """What was sent is no picture that can be kept; the message says why, in English."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A JPEG without metadata, upright, no side longer than LONGEST_SIDE, no more than MOST_BYTES."""

    data: bytes
    width: int
    height: int


def read_photograph(data: bytes, *, longest_side: int = LONGEST_SIDE) -> Photograph:
    """The first picture of a JPEG, PNG or WebP file, whatever its name says. Raises PhotographError.

    The header is read first, so that a small file cannot ask for more memory than _MOST_PIXELS need.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMS) as opened:
            width, height = opened.size
            if width * height > _MOST_PIXELS:
                raise PhotographError(f"the picture has {width} by {height} points, more than can be taken")
            opened.draft("RGB", (longest_side, longest_side))  # a JPEG is decoded at a half, quarter or eighth
            upright = _plain(ImageOps.exif_transpose(opened))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError, Warning) as error:
        if isinstance(error, PhotographError):
            raise
        raise PhotographError("this is no JPEG, PNG or WebP picture, or not a whole one") from error
    upright.thumbnail((longest_side, longest_side))
    return next(each for each in _written(upright) if len(each.data) <= MOST_BYTES)


def _plain(image: Image.Image) -> Image.Image:
    """Without transparency: what lies behind becomes white, as paper is."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(paper, layered).convert("RGB")
    return image.convert("RGB")


def _written(image: Image.Image) -> Iterator[Photograph]:
    """The picture at lower and lower quality, then smaller and smaller: one of them is small enough."""
    while True:
        for quality in _QUALITIES:
            yield Photograph(_jpeg(image, quality), *image.size)
        side = max(image.size) // 2
        if side < _SMALLEST_SIDE // 2:
            raise PhotographError("the picture cannot be made small enough")
        image = image.copy()
        image.thumbnail((side, side))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    clean: Any = Image.frombytes(image.mode, image.size, image.tobytes())  # nothing but its points
    clean.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
