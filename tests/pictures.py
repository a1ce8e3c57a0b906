"""Small pictures for tests, made here: what a phone would send, and what somebody who means harm would."""

from io import BytesIO

from PIL import Image, ImageDraw

__all__ = ["phone_photograph", "picture"]

_GPS, _LATITUDE_REF, _LATITUDE = 0x8825, 1, 2
_MAKE, _ORIENTATION = 0x010F, 0x0112


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """A picture with a dark square in its upper left corner."""
    image = Image.new(mode, size, 200 if mode == "L" else "lightgray")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=0 if mode == "L" else "black")
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def phone_photograph(size: tuple[int, int] = (800, 600)) -> bytes:
    """A JPEG lying on its side, with the maker of the phone and the place in its metadata."""
    image = Image.open(BytesIO(picture("JPEG", size)))
    exif = Image.Exif()
    exif[_MAKE] = "Phone of Sundarpur"
    exif[_ORIENTATION] = 6
    exif.get_ifd(_GPS).update({_LATITUDE_REF: "N", _LATITUDE: (26.0, 30.0, 0.0)})
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()
