"""Every kind of record that an office keeps, and for how long: a line each. docs/retention.md is made from it.

What has an ``Expiry`` is removed by ``sunwai retention``; all else goes in its own way, which its line names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from queues.state import StaleError, StateRecord, StateStore, every_record
from schemas.keeping import Retention

__all__ = ["KEPT", "Expiry", "Kept", "expired_records", "forget", "table"]

_LONGEST_SESSION_DAYS = 8
"""Longer than ``session_hours`` can be."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """``days`` of an office's retention (None: for good) after the moment that a record's value has under ``since``."""

    days: Callable[[Retention], int | None]
    since: str

    def is_over(self, value: Mapping[str, Any], days: int, now: datetime) -> bool:
        return datetime.fromisoformat(value[self.since]) + timedelta(days=days) <= now


@dataclass(frozen=True, slots=True)
class Kept:
    """``kind`` as the StateStore calls it, or where else it lies; ``holds`` what of people is in it."""

    kind: str
    holds: str
    until: str
    expiry: Expiry | None = None


def _records(retention: Retention) -> int | None:
    return retention.records


_ACCOUNT = "as long as the account"
_ONE = "one record, written over"
_PRIVATE = "with the texts of its case, and at most `retention.private` days after its end"
_ALERTS = "`retention.alerts` days after the last alert of its claim, unless that is under a hold"

ELSEWHERE = (
    Kept("events in topics", "posts as they came", "`retention.topics` days"),
    Kept("dead letters (topic)", "bytes that could not be read", "`retention.topics` days"),
    Kept(
        "cases",
        "masked texts, authors, officers' words",
        "texts, authors and words: `retention.text` days after the end; all else: `retention.case` days after it; "
        "or what `retention.queues` says",
    ),
    Kept(
        "records of posts in a case",
        "the same post, sealed originals",
        "with the case's texts; the key of post and account: with the whole case",
    ),
    Kept(
        "records of posts in no case",
        "masked text, author, sealed original",
        "`retention.others` days after it came; the key of post and account: for good",
    ),
    Kept("complainants", "the key of an account in a case", "with the whole case: counts are made from them"),
    Kept("join keys", "keys of posts and accounts, hashes of texts", "with the whole case: a late repost finds it"),
    Kept(
        "a backup's file", "all of the stores", "as long as whoever made it keeps it: no longer than `retention.topics`"
    ),
    Kept("anchors.jsonl", "no data of people", "for good"),
    Kept("logs", "no text, no handle", "as the machine's logs are kept"),
)
"""What lies outside the StateStore."""

RECORDS = (
    Kept("alert", "words of a post that spreads, until it is deleted", _ALERTS),
    Kept("attachment", "hash, size and time of a photograph", "with the texts of its case"),
    Kept("attachment-data", "photographs of a case, sealed", "with the texts of its case"),
    Kept("bulk", "who did what to which cases", "a week"),
    Kept("claim", "how a claim was judged, by whom", _ALERTS),
    Kept("claim-effect", "counts", _ALERTS),
    Kept("claim-hold", "who asked for a legal hold, and why", "until it is lifted"),
    Kept("correction", "which post a person judged otherwise; no text", "with the whole case: models learn from them"),
    Kept("dead_letter", "hash, length and reason; no bytes", "for good: nothing that came in is uncounted"),
    Kept("demo", "no data of people", _ONE),
    Kept("gone-case", "docket, queue, type and times of a case that went by rule; no words, no account", "for good"),
    Kept("held-post", "the key of a post", "until the hold is lifted"),
    Kept("idempotency", "hashes", "two days"),
    Kept("leave", "when an officer is away", f"{_ACCOUNT}: the last leave"),
    Kept("lockout", "name, or address, of who failed to sign in", "24 hours, then written over"),
    Kept("mailbox", "how far a mailbox was read", "one record of each, written over"),
    Kept("meta_digest", "hashes", "an hour, while a signature is good"),
    Kept("migration", "no data of people", _ONE),
    Kept("month", "counts", "for good"),
    Kept("month-cases", "ids of cases", "for good"),
    Kept("nonce", "random numbers", "an hour, while a signature is good"),
    Kept("notice", "who was told of an alert", _ALERTS),
    Kept("notification", "docket numbers, times, names of officers", "a day after it was said"),
    Kept("pin", "hash of an officer's PIN on a handset", "until it ends, by time or by its officer"),
    Kept("post-version", "keys of an edited post and of its versions", "for good: a late deletion finds them"),
    Kept("presence", "when an officer last signed in", f"{_ACCOUNT}: the last time"),
    Kept("private-details", "what a citizen has told in private, sealed", _PRIVATE),
    Kept("private-request", "who asked for it, when and for what", _PRIVATE),
    Kept("reply", "a dry run's replies to citizens", "`retention.records` days", Expiry(_records, "at")),
    Kept("reply_pace", "times of replies of an account of ours", _ONE),
    Kept("restore", "no data of people", _ONE),
    Kept("sealed_read", "who opened which sealed case", "`retention.records` days", Expiry(_records, "at")),
    Kept(
        "session",
        "who signed in, and when",
        "until it ends, and at most 8 days",
        Expiry(lambda _: _LONGEST_SESSION_DAYS, "created_at"),
    ),
    Kept("sheet", "counts, docket numbers, ids of cases", "for good"),
    Kept("sign_in", "who signed in, when and how", "`retention.records` days", Expiry(_records, "at")),
    Kept("source", "counts of what was read", _ONE),
    Kept("source_cursor", "how far a file was read", "one record of each file, written over"),
    Kept("subscriber", "how far a subscriber was told", "one record of each, written over"),
    Kept("token", "hash of a token, its owner", "until it is revoked or its account goes"),
    Kept("tombstone", "the key of what was deleted", "for good: it is never taken in again"),
    Kept("turn", "which officer was given a case last", "one record of each queue, written over"),
    Kept("upload", "who brought which table: its name and hash", "`retention.records` days", Expiry(_records, "at")),
    Kept("upload_part", "rows of a table that was not taken yet, sealed", "an hour"),
    Kept(
        "user",
        "name, role, hash of the password",
        "for good, since history names people; `sunwai user disable` ends what it opens",
    ),
    Kept("view", "a saved search", "until its owner removes it"),
    Kept("watch-act", "who judged which claim", _ALERTS),
    Kept("watch-act-floor", "no data of people", _ONE),
    Kept("watch-state", "hashes of accounts, masked words of the last days", "the last few of each partition"),
    Kept("x_gap", "times between which X was not read", "until it is filled; one that cannot be: for good"),
    Kept("x_recheck", "how far posts were looked at again", _ONE),
)
"""What lies in the StateStore."""

KEPT = (*ELSEWHERE, *RECORDS)


def expired_records(state: StateStore, retention: Retention, now: datetime) -> Iterator[StateRecord]:
    """Those whose time is over. Reads every record of the kinds that have an Expiry. May raise StoreDownError."""
    for kept in RECORDS:
        days = None if kept.expiry is None else kept.expiry.days(retention)
        if kept.expiry is not None and days is not None:
            yield from (r for r in every_record(state, kept.kind) if kept.expiry.is_over(r.value, days, now))


def forget(state: StateStore, record: StateRecord) -> bool:
    """Whether it is gone: one that is used meanwhile stays until the next time."""
    try:
        state.delete(record)
    except StaleError:
        return False
    return True


def table() -> str:
    """Every line, in Markdown."""
    rows = (f"| {kept.kind} | {kept.holds} | {kept.until} |" for kept in KEPT)
    return "\n".join(["| what | of people it holds | kept |", "|---|---|---|", *rows]) + "\n"
