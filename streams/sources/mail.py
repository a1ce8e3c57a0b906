"""E-mails of a mailbox as posts, read over IMAP (RFC 3501); the mailbox is left as it was.

A letter is a post of the platform ``email``: its subject and text, without its pictures and other parts. It joins its
conversation by what it refers to (RFC 5322, 3.6.4). Who wrote it is known by a keyed hash of the address; the address
itself is only in the mailbox, where the letter is answered. What a machine has sent by itself (RFC 3834) is passed
over.
"""

import imaplib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from schemas.mention import EARLIEST
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.publish import Publisher
from streams.topics import MENTIONS

__all__ = ["MAILBOX", "MailFaultError", "MailSource"]

MAILBOX = "mailbox"
MOST_BYTES = 2 * 1024 * 1024
"""Of a letter that are looked at: its words come first, its pictures after them."""
_HIDDEN = frozenset({"script", "style", "head", "template"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_QUOTED = re.compile(r"^>.*$\n?", re.MULTILINE)
_REFERENCE = re.compile(r"<[^<>\s]{1,500}>")


class MailFaultError(Exception):
    """The mailbox cannot be read; the message says why, without any address or words."""


@dataclass(frozen=True)
class MailSource:
    """``open_box`` signs in; ``name`` tells one mailbox from another, ``identity`` hashes addresses with the office's
    key. One run at a time: of two, the second to note how far it came raises StaleError."""

    open_box: Callable[[], imaplib.IMAP4]
    folder: str
    name: str
    publisher: Publisher
    state: StateStore
    identity: Callable[[str], str]

    def run(self) -> tuple[int, int]:
        """Takes what came since it was last run; returns posts and dead letters. Raises MailFaultError, StaleError."""
        try:
            box = self.open_box()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailFaultError(f"the mailbox cannot be opened ({type(error).__name__})") from error
        try:
            return self._read(box)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailFaultError(f"the mailbox cannot be read ({type(error).__name__})") from error
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                box.logout()

    def _read(self, box: imaplib.IMAP4) -> tuple[int, int]:
        status, _ = box.select(self.folder, readonly=True)
        if status != "OK":
            raise MailFaultError("there is no such folder in the mailbox")
        validity = str((box.response("UIDVALIDITY")[1] or [b"0"])[0], "ascii")
        record = self.state.get(MAILBOX, self.name)
        after = record.value["after"] if record is not None and record.value["validity"] == validity else 0
        posts = letters = 0
        for uid in _uids(box, after):
            letter = _letter(box, uid)
            events = [] if letter is None else self._events(uid, letter)
            self.publisher.append_patiently(events)
            posts, letters = posts + sum(event.topic == MENTIONS.name for event in events), letters + len(events)
            record = self._noted(record, {"validity": validity, "after": uid})
        return posts, letters - posts

    def _noted(self, record: StateRecord | None, value: dict[str, Any]) -> StateRecord:
        try:
            return self.state.create(MAILBOX, self.name, value) if record is None else self.state.replace(record, value)
        except AlreadyExistsError as error:
            raise StaleError("another run reads this mailbox") from error

    def _events(self, uid: int, raw: bytes) -> list[Event]:
        origin = Origin(f"mail/{self.name}", 0, uid)
        try:
            letter = message_from_bytes(raw, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            if str(letter.get("Auto-Submitted", "no")).strip().lower() != "no":
                return []
            post = self._post(letter, raw)
        except (LookupError, ValueError, AttributeError, AssertionError, TypeError) as error:
            why = f"post: no letter that can be read ({type(error).__name__})"
            return [*self.publisher.reject(raw, why, origin).events]
        return [*self.publisher.take_parsed(raw, post, origin).events]

    def _post(self, letter: EmailMessage, raw: bytes) -> dict[str, Any]:
        own = str(letter.get("Message-ID", "")).strip() or sha256(raw).hexdigest()
        earlier = _REFERENCE.findall(f"{letter.get('References', '')} {letter.get('In-Reply-To', '')}")
        sender = letter.get("From")
        address = sender.addresses[0] if sender is not None and sender.addresses else None
        post: dict[str, Any] = {
            "id": _id(own),
            "platform": "email",
            "text": f"{letter.get('Subject', '')}\n\n{_words(letter)}".strip(),
            "conversation_id": _id(earlier[0] if earlier else own),
            "created_at": _moment(letter, self.publisher.clock()),
        }
        if earlier:
            post["in_reply_to"] = _id(earlier[-1])
        if address is not None and address.addr_spec:
            name = address.display_name if "@" not in address.display_name else ""
            post["author"] = {"id": self.identity(address.addr_spec.lower()), "name": name or None}
        return {name: value for name, value in post.items() if value is not None}


def _uids(box: imaplib.IMAP4, after: int) -> Iterator[int]:
    """Ascending. A server answers ``n:*`` with the last one also when that is below ``n``."""
    status, found = box.uid("SEARCH", f"UID {after + 1}:*")
    if status != "OK":
        raise MailFaultError("the mailbox cannot be searched")
    return iter(sorted(uid for uid in map(int, (found[0] or b"").split()) if uid > after))


def _letter(box: imaplib.IMAP4, uid: int) -> bytes | None:
    """None for one that somebody has removed meanwhile. What the server cannot give now is read the next time."""
    status, found = box.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
    if status != "OK":
        raise MailFaultError("a letter cannot be read now")
    return next((part[1] for part in found if isinstance(part, tuple)), None)


def _words(letter: EmailMessage) -> str:
    """The plain text, else the HTML without its tags; without what is quoted from earlier letters."""
    body = letter.get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    if body.get_content_type() == "text/html":
        text = _plain(text)
    return _QUOTED.sub("", text.replace("\r\n", "\n")).strip()


class _Words(HTMLParser):
    """The text of a page; what is in it for machines is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in _HIDDEN
        self.found.append("\n" if tag in _BREAKS else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def _plain(page: str) -> str:
    words = _Words()
    words.feed(page)
    return "".join(words.found)


def _moment(letter: EmailMessage, now: datetime) -> datetime | None:
    """When it says that it was written; a clock that is far off is no reason not to read it."""
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(str(letter["Date"]))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if EARLIEST <= moment <= now + timedelta(days=1) else None
    return None


def _id(reference: str) -> str:
    """An id of ours for one of a letter, which may hold anything."""
    return sha256(reference.encode("utf-8", "surrogateescape")).hexdigest()[:32]
