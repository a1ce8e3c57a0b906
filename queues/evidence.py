"""A claim as evidence: what was seen of it, when, and what was done, as files with their hashes and a certificate.

The certificate is Part A of the Schedule to the Bharatiya Sakshya Adhiniyam, 2023, section 63(4)(c), filled in as far
as a machine knows; who produces the record signs it, and an expert adds Part B. Pure.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from queues.watching import ClaimAct
from schemas.alert import SpikeAlert
from schemas.case import MentionRecord
from schemas.handling import Hold

__all__ = ["Evidence", "bundle"]

_SUMS = "SHA256SUMS"
_BLANK = "______________________"

_CERTIFICATE = """\
THE SCHEDULE [See section 63(4)(c)]
Bharatiya Sakshya Adhiniyam, 2023
CERTIFICATE
PART A
(To be filled by the Party)

UNSIGNED DRAFT. Lines in blank are for the person who signs. Read every statement before signing: the system cannot
know whether it is true of you and of this machine.

I, {blank} (Name), Son/daughter/spouse of {blank}
residing/employed at {office} do hereby solemnly affirm and sincerely state and submit as follows:

I have produced electronic record/output of the digital record taken from the following device/digital record source
(tick mark):
[ ] Computer/Storage Media   [ ] DVR   [ ] Mobile   [ ] Flash Drive   [ ] CD/DVD   [X] Server   [ ] Cloud   [ ] Other
Make & Model: {blank}   Color: {blank}
Serial Number: {blank}
IMEI/UIN/UID/MAC/Cloud ID: {blank} (as applicable)
and any other relevant information, if any, about the device/digital record: posts received by the office's Sunwai
system about the claim {claim}, produced on {day} under order {order}

The digital device or the digital record source was under the lawful control for regularly creating, storing or
processing information for the purposes of carrying out regular activities and during this period, the computer or the
communication device was working properly and the relevant information was regularly fed into the computer during the
ordinary course of business. If the computer/digital device at any point of time was not working properly or out of
operation, then it has not affected the electronic/digital record or its accuracy. The digital device or the source of
the digital record is:
[ ] Owned   [ ] Maintained   [ ] Managed   [ ] Operated   by me (select as applicable).

I state that the HASH value/s of the electronic/digital record/s is
{sums} (the file {name}, which lists the value of every other file),
obtained through the following algorithm:
[ ] SHA1   [X] SHA256   [ ] MD5   [ ] Other
(Hash report to be enclosed with the certificate: the file {name})

(Name and signature) {blank}
Date (DD/MM/YYYY): {blank}
Time (IST): {blank} hours (In 24 hours format)
Place: {blank}

The record was produced on {day} at {time} hours IST.
"""

_ABOUT = """\
Claim {claim}, as Sunwai saw it, produced for {by} on {day} at {time} IST.

posts.jsonl       posts that the alerts show, as received (numbers of persons masked), one a line
alerts.jsonl      every alert on the claim
acts.jsonl        what people did with it, and who
timeline.csv      all of that in the order of its time
SHA256SUMS        the SHA-256 of each file above; check it with: sha256sum -c SHA256SUMS
certificate.txt   Part A of the certificate, unsigned

Posts not here: {missing}
An alert says "unverified, spiking". Whether the claim is false is what the acts of people say, and nothing else.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a claim. ``wanted`` are the posts that its alerts show; those deleted have no record."""

    claim: str
    alerts: Sequence[SpikeAlert]
    acts: Sequence[ClaimAct]
    wanted: Sequence[str]
    records: Sequence[MentionRecord]
    hold: Hold
    office: str
    zone: ZoneInfo


def bundle(evidence: Evidence) -> bytes:
    """A ZIP; the same evidence gives the same bytes."""
    files = dict(_files(evidence))
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()
    files[_SUMS] = sums
    files["certificate.txt"] = _certificate(evidence, sha256(sums).hexdigest()).encode()
    moment = evidence.hold.at.astimezone(evidence.zone)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(evidence: Evidence) -> Iterator[tuple[str, bytes]]:
    yield "posts.jsonl", _lines(_post(record) for record in evidence.records)
    yield "alerts.jsonl", _lines(alert.model_dump(mode="json") for alert in evidence.alerts)
    yield "acts.jsonl", _lines(act.model_dump(mode="json") for act in evidence.acts)
    yield "timeline.csv", _timeline(evidence).encode()
    yield "README.txt", _about(evidence).encode()


def _post(record: MentionRecord) -> dict[str, object]:
    assert record.mention is not None
    masked = record.sealed is not None
    return {"key": record.key, "recorded_at": record.recorded_at.isoformat(), "masked": masked} | {
        "post": record.mention.model_dump(mode="json", exclude_none=True)
    }


def _lines(rows: Iterable[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()


def _timeline(evidence: Evidence) -> str:
    rows = [(record.mention.created_at, "post", record.key, "") for record in evidence.records if record.mention]
    rows += [(alert.at, "alert", alert.id, f"{alert.accounts} accounts") for alert in evidence.alerts]
    rows += [(act.at, act.verb.value, act.by, act.source) for act in evidence.acts]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["time", "what", "which", "more"])
    for at, *rest in sorted(rows, key=lambda row: row[0]):
        writer.writerow([at.astimezone(evidence.zone).isoformat(), *map(_cell, rest)])
    return out.getvalue()


def _cell(text: str) -> str:
    """Nothing that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _certificate(evidence: Evidence, sums: str) -> str:
    return _CERTIFICATE.format(
        blank=_BLANK,
        office=evidence.office,
        claim=evidence.claim,
        order=evidence.hold.order,
        sums=sums,
        name=_SUMS,
        **_moment(evidence),
    )


def _about(evidence: Evidence) -> str:
    missing = sorted({*evidence.wanted} - {record.key for record in evidence.records})
    told = f"{', '.join(missing)} (deleted, sealed, or not held by this office)" if missing else "none"
    return _ABOUT.format(claim=evidence.claim, by=evidence.hold.by, missing=told, **_moment(evidence))


def _moment(evidence: Evidence) -> dict[str, str]:
    at: datetime = evidence.hold.at.astimezone(evidence.zone)
    return {"day": f"{at:%d/%m/%Y}", "time": f"{at:%H:%M}"}
