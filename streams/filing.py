"""Filing, as a stream: triaged mentions to the case store, deletions to tombstones, dead letters to a list.

Each function takes a batch and does all that follows from it; each may be done again with the same batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from queues import tombstones, versions
from queues.filing import Filing
from queues.state import DocumentRefusedError, StateStore
from schemas.base import Value
from schemas.events import Deletion
from schemas.intake import describe
from schemas.triage import TriagedMention
from streams.dead_letter_list import enlist
from streams.dead_letters import dead_letter_of
from streams.events import Received
from streams.log import Event
from streams.metrics import FILED
from streams.topics import DELETIONS

__all__ = ["FilingStep"]

V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True)
class FilingStep:
    """What the filing process does with each of its topics. Every method may raise StoreDownError."""

    filing: Filing
    state: StateStore
    clock: Callable[[], datetime]

    def file(self, batch: Sequence[Received]) -> list[Event]:
        """Files triaged mentions; returns dead letters for what cannot be read, and for what the store refuses, and
        deletions of what was deleted with its first version."""
        readable, dead = self._read(batch, TriagedMention)
        try:
            return [*dead, *self._file(readable)]
        except DocumentRefusedError as error:
            if len(batch) == 1:
                return [dead_letter_of(batch[0], f"store: {error}", self.clock())]
            return [letter for event in batch for letter in self.file([event])]  # all but the refused one are filed

    def _file(self, mentions: Sequence[TriagedMention]) -> list[Event]:
        """Files them; returns deletions of versions whose post was deleted before they came."""
        gone = versions.note(self.state, [item.mention for item in mentions], self.clock())
        for deletion in gone:
            tombstones.bury(self.state, deletion)
        for disposition, count in self.filing.file(mentions).items():
            FILED.labels(disposition).inc(count)
        return [_event(deletion) for deletion in gone]

    def bury(self, batch: Sequence[Received]) -> list[Event]:
        """Writes a tombstone for each deletion; returns deletions of what each post was edited to, and dead letters for
        what cannot be read."""
        readable, dead = self._read(batch, Deletion)
        for deletion in readable:
            tombstones.bury(self.state, deletion)
        return [*dead, *(_event(each) for deletion in readable for each in versions.deleted_with(self.state, deletion))]

    def list_dead(self, batch: Sequence[Received]) -> list[Event]:
        """Lists dead letters for the operator: where they lie and why, never what they say."""
        for event in batch:
            if event.value is not None:
                enlist(self.state, event)
        return []

    def _read(self, batch: Sequence[Received], form: type[V]) -> tuple[list[V], list[Event]]:
        readable: list[V] = []
        dead: list[Event] = []
        for event in batch:
            if event.value is None:
                continue
            try:
                readable.append(form.model_validate_json(event.value))
            except ValidationError as error:
                dead.append(dead_letter_of(event, describe(error), self.clock()))
        return readable, dead


def _event(deletion: Deletion) -> Event:
    return Event(DELETIONS.name, b"", deletion.model_dump_json().encode())
