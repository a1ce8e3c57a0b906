"""Who is told through which channel: a file apart from the directory, since addresses hold passwords."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from queues.yaml_document import DocumentError, read_document
from schemas.directory import Directory
from schemas.entry import Strict
from streams.channels import channel_of
from streams.notices import NoticeKind
from streams.relaying import Recipient
from sunwai.settings import SettingsError

__all__ = ["read_channels"]


class _Entry(Strict):
    """Empty lists are all."""

    addresses: tuple[str, ...] = Field(min_length=1, repr=False)
    queues: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    kinds: tuple[NoticeKind, ...] = Field(default=(), description="notice, ring, digest, sheet")
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] = "hi"


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


def read_channels(path: Path | None, directory: Directory, key: bytes) -> list[Recipient]:
    """The recipients that the file ``channels:`` names; none without a file. ``key`` signs webhooks.

    Raises SettingsError, which says where and never repeats an address.
    """
    if path is None:
        return []
    try:
        document = read_document(path)
    except DocumentError as error:
        raise SettingsError(f"settings: channels: {error}") from error
    unknown = sorted({*document.value} - {"channels"})
    if unknown:
        raise SettingsError(f"settings: {document.said((unknown[0],), 'only the key channels is known')}")
    try:
        entries = _ENTRIES.validate_python(document.value.get("channels", ()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsError(f"settings: {document.said(('channels', *first['loc']), first['msg'])}") from None
    found: list[Recipient] = []
    for number, entry in enumerate(entries):
        found += _recipients(entry, number, directory, key, document)
    return found


def _recipients(entry: _Entry, number: int, directory: Directory, key: bytes, document: Any) -> list[Recipient]:
    at = ("channels", number)
    unknown = sorted({*entry.queues} - {*directory.queues})
    if unknown:
        raise SettingsError(f"settings: {document.said((*at, 'queues'), f'no queue has the code {unknown[0]}')}")
    try:
        channels = [channel_of(address, key) for address in entry.addresses]
    except ValueError as error:
        raise SettingsError(f"settings: {document.said((*at, 'addresses'), str(error))}") from error
    return [
        Recipient(
            f"{number}.{place}:{channel.name}",
            channel,
            frozenset(entry.queues),
            frozenset(entry.to),
            frozenset(entry.kinds),
            entry.language,
        )
        for place, channel in enumerate(channels)
    ]
