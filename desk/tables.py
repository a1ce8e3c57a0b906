"""Tables of posts that people bring: read and shown first, taken in when they say so, each kept with who brought it.

Between the two a table lies in the state store, sealed, for an hour at most; then it is forgotten. Reading tables and
publishing posts is the streams'; what the desk needs of it comes in as ``UploadSource``.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from statistics import median
from typing import Any, Protocol

from desk.accounts import Role, User
from desk.authorise import Forbidden
from desk.refusal import Refusal, mark, not_found
from queues.seal import Sealer
from queues.state import StaleError, StateRecord, StateStore, every_record
from queues.store import CaseStore
from schemas.intake import read_mention
from schemas.mention import Mention
from schemas.upload import RowFault, UploadError
from text.normalise import safe

__all__ = ["Upload", "UploadSource", "UploadState", "Uploads", "clear_uploads", "kept_uploads", "require_bringer"]

KIND, PART = "upload", "upload_part"
_WAITS = timedelta(hours=1)
_PART_ROWS = 500
_MOST_FAULTS = 200
_SHOWN = 5
_LONGEST_NAME = 120
_LONGEST_SHOWN = 1000
_HISTORIC = timedelta(days=7)
"""As for a file: with a median post older than this no clock runs."""
_END_OF_TIME = 10**13

Post = Mapping[str, Any]


class UploadState(StrEnum):
    """What has become of a table."""

    READING = "reading"
    WAITING = "waiting"
    TAKEN = "taken"
    DROPPED = "dropped"
    EXPIRED = "expired"


_OPEN = (UploadState.READING, UploadState.WAITING)


class UploadSource(Protocol):
    """Reads tables and publishes posts. Every method may raise StoreDownError."""

    def read(self, content: bytes, platform: str) -> Iterator[tuple[int, Post | RowFault]]:
        """Each row: a post as a flat object, or what is wrong. Raises UploadError."""
        ...

    def publish(self, upload: str, posts: Sequence[Post], *, historic: bool) -> None:
        """Durable when it returns; doing it again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """``rows`` could be read, ``faulty`` not; ``known`` of them are here already, by their ids. ``faults`` are the
    first so many. ``size`` in bytes."""

    id: str
    state: UploadState
    by: str
    at: datetime
    name: str
    size: int
    sha256: str
    platform: str
    rows: int
    faulty: int
    known: int
    historic: bool
    faults: tuple[RowFault, ...]
    taken_at: datetime | None


def require_bringer(user: User) -> None:
    """Raises Forbidden. A table fills queues of all offices."""
    if user.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        raise Forbidden(mark("Tables of posts are brought by supervisors and administrators."))


@dataclass(frozen=True)
class Uploads:
    """``clock`` gives the moment at which posts are received."""

    state: StateStore
    store: CaseStore
    sealer: Sealer
    clock: Callable[[], datetime]
    source: UploadSource

    def bring(self, user: User, name: str, content: bytes, platform: str) -> str:
        """Reads a table and keeps it until it is taken; returns its id. Raises UploadError, with nothing kept."""
        now = self.clock()
        clear_uploads(self.state, now)
        value = {
            "by": user.name,
            "at": now.isoformat(),
            "name": safe(name)[:_LONGEST_NAME],
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
            "platform": platform,
        }
        # The newest comes first where records are read by their ids.
        id = f"{_END_OF_TIME - int(now.timestamp() * 1000):013}-{secrets.token_hex(8)}"
        record = self.state.create(KIND, id, {**value, **_EMPTY}, state=UploadState.READING)
        try:
            found = self._keep_rows(id, content, platform, now)
        except UploadError:
            _delete_rows(self.state, id)
            self.state.delete(record)
            raise
        self.state.replace(record, {**record.value, **found}, state=UploadState.WAITING)
        return id

    def find(self, user: User, id: str) -> Upload:
        """Raises Refusal for what is not there; a table that waits is shown to who brought it alone."""
        return _upload(self._record(user, id))

    def first_posts(self, upload: Upload) -> list[Mention]:
        """Some of the rows that would be taken, as they would be read."""
        rows = islice(self._rows(upload.id), _SHOWN) if upload.state is UploadState.WAITING else ()
        return [_safe(read_mention(row, received_at=self.clock(), platform=upload.platform)) for row in rows]

    def take(self, user: User, id: str, *, historic: bool) -> None:
        """Takes the rows in. A second time, also after a kill in between, changes nothing. Raises Refusal."""
        record = self._record(user, id)
        if record.state != UploadState.WAITING:
            raise Refusal(409, "not_waiting", mark("This table was taken or discarded already, or lay here too long."))
        rows = self._rows(id)
        while batch := [*islice(rows, _PART_ROWS)]:
            self.source.publish(id, batch, historic=historic)
        taken_at = self.clock().isoformat()
        _forget(self.state, record, UploadState.TAKEN, taken_at=taken_at, historic=historic)

    def drop(self, user: User, id: str) -> None:
        record = self._record(user, id)
        if record.state == UploadState.WAITING:
            _forget(self.state, record, UploadState.DROPPED)

    def recent(self, limit: int) -> list[Upload]:
        """The newest first, whoever brought them."""
        return [_upload(record) for record in self.state.scan(KIND, limit=limit)]

    def _record(self, user: User, id: str) -> StateRecord:
        record = self.state.get(KIND, id)
        if record is None or (record.state in _OPEN and record.value["by"] != user.name):
            raise not_found()
        return record

    def _keep_rows(self, id: str, content: bytes, platform: str, now: datetime) -> dict[str, Any]:
        faults: list[RowFault] = []
        ages: list[float] = []
        rows = known = faulty = parts = 0
        source = self.source.read(content, platform)
        while batch := [*islice(source, _PART_ROWS)]:
            posts = [post for _, post in batch if not isinstance(post, RowFault)]
            wrong = [fault for _, fault in batch if isinstance(fault, RowFault)]
            faults += wrong[: _MOST_FAULTS - len(faults)]
            mentions = [read_mention(post, received_at=now, platform=platform) for post in posts]
            ages += [(now - mention.created_at).total_seconds() for mention in mentions]
            rows, faulty = rows + len(posts), faulty + len(wrong)
            known += len(self.store.mentions([mention.key for mention in mentions]))
            sealed = self.sealer.seal("\n".join(json.dumps(post) for post in posts))
            self.state.create(PART, f"{id}:{parts:04}", {"sealed": sealed})
            parts += 1
        historic = bool(ages) and median(ages) > _HISTORIC.total_seconds()
        shown = [fault.model_dump(mode="json") for fault in faults]
        return {"rows": rows, "faulty": faulty, "known": known, "historic": historic, "faults": shown}

    def _rows(self, id: str) -> Iterator[Post]:
        for part in _parts(self.state, id):
            yield from (json.loads(line) for line in self.sealer.open(part.value["sealed"]).splitlines())


_EMPTY: Mapping[str, Any] = {"rows": 0, "faulty": 0, "known": 0, "historic": False, "faults": []}


def clear_uploads(state: StateStore, now: datetime) -> int:
    """Forgets what waits longer than it may; returns how many tables. May raise StoreDownError."""
    late = [
        record
        for open_state in _OPEN
        for record in every_record(state, KIND, state=open_state)
        if now - datetime.fromisoformat(record.value["at"]) > _WAITS
    ]
    for record in late:
        _forget(state, record, UploadState.EXPIRED)
    return len(late)


def kept_uploads(state: StateStore, since: datetime) -> Iterator[Upload]:
    """Every table that was brought since, the newest first: who, when, what file, what became of it."""
    for record in every_record(state, KIND):
        found = _upload(record)
        if found.at < since:
            return
        yield found


def _forget(state: StateStore, record: StateRecord, becomes: UploadState, **change: Any) -> None:
    """The rows of a table go, the note of it stays, without what rows were about."""
    with suppress(StaleError):  # another has just done it
        state.replace(record, {**record.value, **change, "faults": []}, state=becomes)
    _delete_rows(state, record.id)


def _delete_rows(state: StateStore, id: str) -> None:
    for part in _parts(state, id):
        state.delete(part)


def _parts(state: StateStore, id: str) -> Iterator[StateRecord]:
    for part in every_record(state, PART, after=f"{id}:", page=4):
        if not part.id.startswith(f"{id}:"):
            return
        yield part


def _safe(post: Mention) -> Mention:
    """As it may be shown."""
    author = post.author.model_copy(update={"name": None if post.author.name is None else safe(post.author.name)})
    return post.model_copy(update={"text": safe(post.text)[:_LONGEST_SHOWN], "author": author})


def _upload(record: StateRecord) -> Upload:
    value = dict(record.value)
    taken = value.pop("taken_at", None)
    return Upload(
        id=record.id,
        state=UploadState(record.state),
        at=datetime.fromisoformat(value.pop("at")),
        faults=tuple(RowFault.model_validate(fault) for fault in value.pop("faults")),
        taken_at=None if taken is None else datetime.fromisoformat(taken),
        **value,
    )
