"""Forms with files: read bounded, and pictures in them written anew.

Such an address is left out of the desk's common bound on bodies (desk/app.py), so its view must come here, and only
once it knows that whoever asks may send anything at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from desk.parts import Desk
from desk.refusal import Refusal, mark
from queues.photographs import Photograph, PhotographError, read_photograph

__all__ = ["Upload", "read_photographs", "read_upload"]

_MOST_FIELDS = 30
_LONGEST_FIELD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """``fields`` by name; ``files`` by name, each with the bytes of those that were chosen."""

    fields: Mapping[str, str]
    files: Mapping[str, Sequence[bytes]]


async def read_upload(request: Request, *, most_bytes: int, most_files: int) -> Upload:
    """A multipart form of at most ``most_bytes`` in all. Files wait on disk while the rest comes in. Raises Refusal."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > most_bytes:
        raise _too_large()
    left = most_bytes

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large()
        return message

    bounded = Request(request.scope, receive)
    try:
        async with bounded.form(max_files=most_files, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD) as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            files: dict[str, list[bytes]] = {}
            for name, value in form.multi_items():
                if isinstance(value, UploadFile) and value.size:
                    files.setdefault(name, []).append(await value.read())
            return Upload(fields, files)
    except HTTPException as error:  # what Starlette makes of a form that cannot be read, or has too many parts
        raise Refusal(422, "invalid", mark("This form cannot be read, or has too many files.")) from error


def read_photographs(desk: Desk, pictures: Sequence[bytes], field: str) -> list[Photograph]:
    """Each written anew. A few at a time in the whole process: a large one takes some memory. Raises Refusal."""
    made = []
    for picture in pictures:
        try:
            with desk.picture_turn:
                made.append(read_photograph(picture))
        except PhotographError as error:
            message = mark("One of the files is no picture that can be taken: JPEG, PNG or WebP.")
            raise Refusal(422, "invalid", message, field=field) from error
    return made


def _too_large() -> Refusal:
    return Refusal(413, "too_large", mark("This is larger than the desk takes."))
