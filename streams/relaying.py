"""Says notices to people through channels of their own: each record once through every channel that it is for.

Rings go out by themselves, as long as the case still waits for somebody to accept it; other notices that wait together
go out in one message for each channel, so that what an outage has left behind is a page and not a siren. A worker takes
records for a minute before it says them; killed in between, they are said again under the same id. What comes in words
of its own each morning (digests, sheets) is noted as said before it is: who misses one sees the same at the desk, and
nobody hears one twice.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import Any

import structlog

from queues.sla import rings
from queues.state import StaleError, StateRecord, StateStore, every_record
from queues.store import CaseStore
from schemas.directory import Directory
from schemas.service import Rank
from streams.channels import Channel, ChannelDownError, Message
from streams.notices import KIND, READY, RINGING, SAID, TOLD, NoticeKind

__all__ = ["Recipient", "Relaying"]

_AT_ONCE = 100
_LOOKED_AT = 2000
"""Records that may wait for a channel that is down before they hold up others."""
_SHOWN = 20
_LEASE = timedelta(minutes=1)
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=10)
_STALE = timedelta(days=1)
"""What was to be said longer ago is not said any more: the case itself shows it, and the clock reminds."""

_FOR_THE_NAMED = frozenset({NoticeKind.DIGEST, NoticeKind.SHEET})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recipient:
    """A channel, and which notices it is for: of which queues, for which ranks or accounts, rings or others. An empty
    set is all; ``officer`` stands for every account, too. What comes in words comes in its ``language``."""

    name: str
    channel: Channel
    queues: frozenset[str] = frozenset()
    to: frozenset[str] = frozenset()
    kinds: frozenset[NoticeKind] = frozenset()
    language: str = "hi"

    def takes(self, notice: Mapping[str, Any], kind: NoticeKind) -> bool:
        to, queues = notice["to"], notice["queues"] if "queues" in notice else [notice["queue"]]
        named = kind in _FOR_THE_NAMED
        whom = {to} if named or to in {*Rank} else {to, Rank.OFFICER}
        return (
            (not self.queues or not self.queues.isdisjoint(queues))
            and ((not self.to and not named) or not self.to.isdisjoint(whom))
            and (not self.kinds or kind in self.kinds)
        )


class Relaying:
    """One look at what waits to be said. Cost: three indexed queries when nothing does."""

    def __init__(
        self,
        state: StateStore,
        store: CaseStore,
        directory: Directory,
        clock: Callable[[], datetime],
        recipients: Sequence[Recipient],
    ):
        self._state = state
        self._store = store
        self._directory = directory
        self._clock = clock
        self._recipients = recipients
        self._looked_at = ""

    def __call__(self) -> int:
        """Returns how many messages went out. May raise StoreDownError."""
        sent = sum(self._say([record], NoticeKind.RING) for record in self._taken(RINGING))
        sent += self._say([*self._taken(TOLD)], NoticeKind.NOTICE)
        for record in self._taken(READY):
            with suppress(StaleError):  # it took so long that another worker has gone on with it
                sent += self._read_out(record)
        self._forget()
        return sent

    def _taken(self, state: str) -> Iterator[StateRecord]:
        """Records that this worker may say for a minute: of several workers one gets each. Those that wait for a
        channel that is down are passed over."""
        now = self._clock()
        waiting = islice(every_record(self._state, KIND, state=state, page=_AT_ONCE), _LOOKED_AT)
        for record in islice(filter(partial(_is_free, now), waiting), _AT_ONCE):
            with suppress(StaleError):
                yield self._state.replace(record, {**record.value, "again_at": (now + _LEASE).isoformat()})

    def _say(self, records: Sequence[StateRecord], kind: NoticeKind) -> int:
        """Says these together; returns how many messages went out."""
        fresh = {record.id: self._still(record, kind) for record in records}
        failed: set[str] = set()
        said: dict[str, list[str]] = {record.id: [*record.value.get("said", ())] for record in records}
        sent = 0
        for recipient in self._recipients:
            due = [r for r in records if fresh[r.id] and recipient.takes(r.value, kind)]
            due = [r for r in due if recipient.name not in said[r.id]]
            if not due:
                continue
            if self._sent(recipient, self._message(due, fresh, kind)):
                sent += 1
                for record in due:
                    said[record.id].append(recipient.name)
            else:
                failed |= {record.id for record in due}
        for record in records:
            self._note(record, said[record.id], again=record.id in failed)
        return sent

    def _read_out(self, record: StateRecord) -> int:
        """Says what is in words: to each recipient once, or, where a kill came between, not at all."""
        kind, said = NoticeKind(record.value["kind"]), [*record.value.get("said", ())]
        old = self._clock() - datetime.fromisoformat(record.value["at"]) > _STALE
        due = [r for r in self._recipients if not old and r.name not in said and r.takes(record.value, kind)]
        sent, failed = 0, False
        for recipient in due:
            again = (self._clock() + _LEASE).isoformat()
            record = self._state.replace(record, {**record.value, "said": [*said, recipient.name], "again_at": again})
            if self._sent(recipient, _in_words(record, kind, recipient.language)):
                said.append(recipient.name)
                sent += 1
            else:
                failed = True
        self._note(record, said, again=failed)
        return sent

    def _still(self, record: StateRecord, kind: NoticeKind) -> list[dict[str, Any]]:
        """What of a record is still to be said."""
        if self._clock() - datetime.fromisoformat(record.value["at"]) > _STALE:
            return []
        notices: list[dict[str, Any]] = record.value["notices"]
        if kind is not NoticeKind.RING:
            return notices
        found = self._store.cases([_case_of(notice) for notice in notices])
        return [n for n in notices if (case := found.get(_case_of(n))) is not None and rings(case.case)]

    def _message(
        self, records: Sequence[StateRecord], fresh: Mapping[str, list[dict[str, Any]]], kind: NoticeKind
    ) -> Message:
        id = blake2b(" ".join(sorted(record.id for record in records)).encode(), digest_size=16).hexdigest()
        notices = [{"queue": r.value["queue"], "to": r.value["to"], **n} for r in records for n in fresh[r.id]]
        notices = [{**n, "queue": None} if n.get("sealed") else n for n in notices]
        names = ", ".join(dict.fromkeys(filter(None, map(self._name, notices))))
        ring = kind is NoticeKind.RING
        what = "critical, not accepted · गंभीर, किसी ने नहीं लिया" if ring else "to look at · देखने योग्य"
        lines = [f"{n['docket'] or _case_of(n)}  {self._name(n)}  {n['about']}" for n in notices[:_SHOWN]]
        if len(notices) > _SHOWN:
            lines.append(f"+ {len(notices) - _SHOWN}")
        content = json.dumps({"id": id, "kind": kind, "notices": notices}, ensure_ascii=False).encode()
        return Message(id, f"Sunwai: {len(notices)} {what}: {names}"[:200], "\n".join(lines), content)

    def _name(self, notice: Mapping[str, Any]) -> str:
        """The queue's name; of a sealed case only number and times are said."""
        if notice.get("sealed"):
            return ""
        queue = notice["queue"]
        known = self._directory.queues.get(queue)
        return queue if known is None else known.name.hi or known.name.en

    def _sent(self, recipient: Recipient, message: Message) -> bool:
        try:
            recipient.channel.send(message)
        except ChannelDownError as error:
            _log.warning("notice_not_sent", message=message.id, channel=str(error))
            return False
        return True

    def _note(self, record: StateRecord, said: Sequence[str], *, again: bool) -> None:
        if not again:
            self._state.replace(record, {**record.value, "said": said, "again_at": None}, state=SAID)
            return
        tries = record.value.get("tries", 0)
        pause = min(_FIRST_PAUSE * 2 ** min(tries, 10), _LONGEST_PAUSE)
        value = {**record.value, "said": said, "tries": tries + 1, "again_at": (self._clock() + pause).isoformat()}
        self._state.replace(record, value)

    def _forget(self) -> None:
        """Looks at a hundred records that were said, from where it last stopped, and removes those of long ago."""
        page = self._state.scan(KIND, state=SAID, after=self._looked_at, limit=_AT_ONCE)
        self._looked_at = page[-1].id if len(page) == _AT_ONCE else ""
        for record in page:
            if self._clock() - datetime.fromisoformat(record.value["at"]) > _STALE:
                self._state.delete(record)


def _is_free(now: datetime, record: StateRecord) -> bool:
    until = record.value.get("again_at")
    return until is None or now >= datetime.fromisoformat(until)


def _in_words(record: StateRecord, kind: NoticeKind, language: str) -> Message:
    words: dict[str, list[str]] = record.value["words"]
    title, body = words.get(language) or words["en"]
    content = {"id": record.id, "kind": kind, "to": record.value["to"], "title": title, "text": body}
    return Message(record.id, title, body, json.dumps(content, ensure_ascii=False).encode())


def _case_of(notice: Mapping[str, Any]) -> str:
    return str(notice["id"]).partition(":")[0]
