"""Whether what we keep is still there: once a day all kept posts are put to X, and those that are gone get tombstones.

Documented under "Batch compliance": a job takes a file of ids and gives a file that names those whose post was deleted,
or whose author was suspended, has left or hides. It costs nothing by the post, as looking each of them up would. File
addresses are secrets for a while and are not kept; the token of the app is never sent to them.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog

from queues.state import StateRecord, StateStore
from schemas.events import Deletion, DeletionTarget
from streams.log import Event
from streams.sources.publish import Publisher, batches, wait_out
from streams.sources.x.client import XClient, XLostError, XRefusedError
from streams.sources.x.waiting import Waiting
from streams.topics import DELETIONS

__all__ = ["RECHECK", "Recheck"]

JOBS = "/2/compliance/jobs"
RECHECK = "x_recheck"
EVERY = timedelta(hours=20)
"""With the job's own time, well within the 24 hours in which what was deleted must go."""
GIVEN_UP_AFTER = timedelta(hours=3)
_ID = "posts"
_FILE_SECONDS = 120.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class Recheck:
    """``ids`` are those of every post of X whose text is kept. ``checked`` is told when a job was worked off."""

    client: XClient
    state: StateStore
    publisher: Publisher
    ids: Callable[[], Iterable[str]]
    waiting: Waiting
    checked: Callable[[datetime], None]

    def step(self) -> bool:
        """Does what is next: makes a job, or looks at the one there is. Never has more to do at once.

        Raises XError, StoreDownError.
        """
        standing = self.state.get(RECHECK, _ID)
        value = dict(standing.value) if standing is not None else {}
        now = self.waiting.clock()
        begun = datetime.fromisoformat(value["begun_at"]) if value else None
        if value.get("job") is not None and begun is not None and now - begun < GIVEN_UP_AFTER:
            self._look(standing, value)
        elif value.get("job") is not None or begun is None or now - begun >= EVERY:
            self._begin(standing, now)
        return False

    def _begin(self, standing: StateRecord | None, now: datetime) -> None:
        with tempfile.TemporaryFile() as file:
            for id in self.ids():
                file.write(f"{id}\n".encode())
            if file.tell() == 0:
                self._keep(standing, {"job": None, "begun_at": now.isoformat()})
                self.checked(now)
                return
            file.seek(0)
            job = self.client.ask("POST", JOBS, body={"type": "tweets"})["data"]
            self._put(job["upload_url"], file)
        self._keep(standing, {"job": str(job["id"]), "begun_at": now.isoformat()})

    def _look(self, standing: StateRecord | None, value: dict[str, Any]) -> None:
        job = self.client.ask("GET", f"{JOBS}/{value['job']}")["data"]
        if job["status"] in ("failed", "expired"):
            raise XLostError(f"the compliance job has {job['status']}; another one is made later")
        if job["status"] != "complete":
            return
        found = 0
        for events in batches(self._tombstones(job["download_url"])):
            wait_out(partial(self.publisher.log.append, events), "x", self.waiting.sleep)
            found += len(events)
        self._keep(standing, value | {"job": None})
        self.checked(datetime.fromisoformat(value["begun_at"]))
        _log.info("x_rechecked", gone=found)

    def _tombstones(self, address: str) -> Iterator[Event]:
        for line in self._get(address):
            if line.get("action") == "delete" and str(line.get("id", "")).isdigit():
                deletion = Deletion(target=DeletionTarget.POST, id=str(line["id"]), at=self.waiting.clock())
                yield Event(DELETIONS.name, b"", deletion.model_dump_json().encode())

    def _keep(self, standing: StateRecord | None, value: Mapping[str, Any]) -> None:
        if standing is None:
            self.state.create(RECHECK, _ID, value)
        else:
            self.state.replace(standing, value)

    def _put(self, address: str, file: Any) -> None:
        try:
            answer = httpx.put(
                self._safe(address), content=file, headers={"Content-Type": "text/plain"}, timeout=_FILE_SECONDS
            )
        except httpx.HTTPError as error:
            raise XLostError(f"the ids could not be handed over ({type(error).__name__})") from error
        if not answer.is_success:
            raise XLostError(f"the ids could not be handed over ({answer.status_code})")

    def _get(self, address: str) -> Iterator[dict[str, Any]]:
        try:
            with httpx.stream("GET", self._safe(address), timeout=_FILE_SECONDS) as answer:
                if not answer.is_success:
                    raise XLostError(f"the result could not be fetched ({answer.status_code})")
                for line in answer.iter_lines():
                    if line.strip():
                        yield json.loads(line)
        except (httpx.HTTPError, ValueError) as error:
            raise XLostError(f"the result could not be fetched ({type(error).__name__})") from error

    def _safe(self, address: str) -> str:
        """Ids go over TLS only, or to where X itself is spoken to without."""
        there, x = urlsplit(address), urlsplit(self.client.base)
        if there.scheme != "https" and (there.scheme, there.hostname) != (x.scheme, x.hostname):
            raise XRefusedError(200, "unsafe-address", "")
        return address
