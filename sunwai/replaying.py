"""A recording read by the sources of this office: put together from its directory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from schemas.directory import Source
from schemas.intake import read_bytes
from schemas.mention import Mention
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.http import MAX_BODY_BYTES
from streams.sources.mapping import Mapper
from streams.sources.meta import read_notification
from streams.sources.publish import Publisher
from streams.sources.replaying import Reader, Replaying
from streams.sources.terms import Terms
from streams.sources.webhook import read_signed
from streams.sources.x.intake import SEARCH, STREAM
from sunwai.assembly import Office

__all__ = ["replaying_of"]

Clock = Callable[[], datetime]


def replaying_of(office: Office, *, speed: float | None, as_new: bool) -> Replaying:
    """Publishes to the office's log, and waits for it where it is full or down."""

    def publisher(source: str, platform: str) -> Callable[[Clock], Publisher]:
        return lambda clock: Publisher(office.log, clock, source=source, platform=platform)

    terms = Terms(office.directory)
    readers: dict[str, tuple[Callable[[Clock], Publisher], Reader]] = {
        origin: (publisher("x", "x"), _read_x(origin, terms)) for origin in (STREAM, SEARCH)
    }
    for source in office.directory.sources:
        way, reader = ("meta", _read_meta(source)) if source.form == "meta" else ("ingest", _read_signed(source, terms))
        readers[f"{way}/{source.code}"] = (publisher(source.code, source.platform), reader)
    append = publisher("replay", "x")(office.clock).append_patiently
    return Replaying(readers, append, office.clock, speed=speed, as_new=as_new)


def _read_x(origin: str, terms: Terms) -> Reader:
    """What a term rule had X deliver is for the watch alone, now as then."""

    def marked(post: Mention) -> Mention:
        return terms(post) or post

    return lambda publisher, raw: publisher.take(raw, Origin(origin, 0, 0), marked).events


def _read_signed(source: Source, terms: Terms) -> Reader:
    mapper = None if source.mapping is None else Mapper(source.mapping)
    own = terms if source.terms else None
    return lambda publisher, raw: read_signed(publisher, source, raw, mapper, own).events


def _read_meta(source: Source) -> Reader:
    def read(publisher: Publisher, raw: bytes) -> Sequence[Event]:
        payload: Mapping[str, object] = read_bytes(raw, most=MAX_BODY_BYTES)
        return read_notification(publisher, source, payload, raw)

    return read
