"""The watch desk: who sees claims, what a page says of them, what people do."""

import csv
import json
import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import httpx
import pytest

from alerts.claims import digest_of
from queues import tombstones, watching
from queues.watching import Verb
from schemas.alert import AlertKind, Grade, SpikeAlert
from schemas.events import Deletion, DeletionTarget
from streams.erasure import sweep
from streams.transports.sqlite_log import SqliteLog
from tests.desk.office import PEOPLE, Office, Visitor
from tests.queues.factories import NOW, make_mention, make_record

READERS = {"boss", "chief", "watcher", "admin", "reader", "inspector"}
ACTORS = {"boss", "chief", "watcher"}
HOSTILE = 'Dam broke <script>alert("x")</script>'


def tell(office: Office, doubling: int = 0, text: str | None = "The dam broke", **further: object) -> None:
    fields: dict[str, object] = {
        "id": f"x:1:{doubling}",
        "kind": AlertKind.RUMOUR,
        "grade": Grade.HIGH,
        "claim": "x:1",
        "doubling": doubling,
        "at": NOW + timedelta(minutes=doubling),
        "text": text,
        "accounts": 8 * 2**doubling,
        "growth": tuple((NOW + timedelta(minutes=5 * n), 2) for n in range(4)),
        "languages": {"hi": 5},
        "places": {"rampura": 3},
        "first_posts": ("x:1", "x:2"),
    }
    watching.record_alert(office.state, SpikeAlert(**(fields | further)))


@pytest.mark.parametrize("name", PEOPLE)
def test_claims_are_for_the_watch_desk(office: Office, name: str) -> None:
    tell(office)
    visitor = office.visitor(name)
    expected = 200 if name in READERS else 403
    assert [visitor.get(path).status_code for path in ("/watch", "/watch/x:1")] == [expected, expected]
    assert ('href="/watch"' in visitor.get("/").text) == (name in READERS)
    answer = visitor.send("/watch/x:1", verb="acknowledge")
    assert answer.status_code == (303 if name in ACTORS else 403)
    assert watching.is_acknowledged(office.state, "x:1") == (name in ACTORS)


def test_a_claim_is_listed_once_as_it_was_told_last(office: Office) -> None:
    tell(office)
    tell(office, doubling=1)
    page = office.visitor("watcher").get("/watch").text
    assert page.count("The dam broke") == 1
    assert "16 accounts" in page
    assert "<polyline" in page


def test_the_claim_page_calls_nothing_false_and_acts_are_kept_in_order(office: Office) -> None:
    tell(office)
    visitor = office.visitor("watcher")
    assert "Unverified, spiking" in visitor.get("/watch/x:1").text
    for verb in (Verb.VERIFYING, Verb.FALSE):
        visitor.send(
            "/watch/x:1", seen_on="/watch/x:1", verb=verb, note="asked the engineer", source="https://e.invalid/1"
        )
    assert "asked the engineer" in visitor.get("/watch/x:1").text
    acts = watching.acts_after(office.state, 0)
    assert [(act.number, act.verb, act.by) for act in acts] == [
        (1, Verb.VERIFYING, "watcher"),
        (2, Verb.FALSE, "watcher"),
    ]


@pytest.mark.parametrize(("chosen", "hours"), [("hour", 1), ("day", 24), ("week", 168)])
def test_a_mute_ends_after_what_was_chosen(office: Office, chosen: str, hours: int) -> None:
    tell(office)
    visitor = office.visitor("watcher")
    assert f'<option value="{chosen}"' in visitor.get("/watch/x:1").text
    visitor.send("/watch/x:1", verb="mute", mute_for=chosen)
    (act,) = watching.acts_after(office.state, 0)
    assert act.until == NOW + timedelta(hours=hours)
    assert visitor.send("/watch/x:1", verb="mute", mute_for="ever").status_code == 422


def test_the_line_of_a_claim_is_drawn_over_the_band_of_what_is_usual(office: Office) -> None:
    tell(office, growth=tuple((NOW + timedelta(minutes=30 * n), 5) for n in range(3)), usual=(2.5, 4.5, 7.5))
    visitor = office.visitor("watcher")
    for path in ("/watch", "/watch/x:1"):
        page = visitor.get(path).text
        assert '<polyline points="0,16 60,8 120,0"' in page
        assert '<polygon points="0,24 0,20 60,17 120,12 120,24"' in page
    tell(office, doubling=1)
    assert "<polygon" not in visitor.get("/watch").text, "an alert of before it was reckoned"


def test_only_what_was_found_wrong_is_rebutted_by_a_person_in_the_claim_s_languages(office: Office) -> None:
    tell(office, languages={"hi-Latn": 5, "en": 2, "ta": 1})
    visitor = office.visitor("watcher")
    assert "<textarea" not in visitor.get("/watch/x:1").text
    assert visitor.send("/watch/x:1", verb="rebut", note="It stands.").status_code == 409
    visitor.send("/watch/x:1", verb="false", note="The dam stands.", source="https://e.invalid/1")
    page = visitor.get("/watch/x:1").text
    assert [page.count(f'<textarea id="rebuttal-{code}"') for code in ("hi", "en", "ta")] == [1, 1, 0]
    assert "The dam stands. Details: https://e.invalid/1" in page
    assert visitor.send("/watch/x:1", verb="rebut", note=" ").status_code == 422
    assert visitor.send("/watch/x:1", verb="rebut", note="The dam stands.").status_code == 303
    assert [act.verb for act in watching.acts_on(office.state, "x:1")] == [Verb.FALSE, Verb.REBUT]
    assert "<textarea" not in office.visitor("reader").get("/watch/x:1").text


def test_the_page_shows_how_a_claim_goes_on_after_its_rebuttal(office: Office) -> None:
    tell(office)
    visitor = office.visitor("watcher")
    for verb in ("false", "rebut"):
        visitor.send("/watch/x:1", verb=verb, note="The dam stands.")
    assert "Since the rebuttal" not in visitor.get("/watch/x:1").text
    moments = [NOW + timedelta(minutes=minutes) for minutes in (-70, -30, 5, 65, 70)]
    spreading = tuple((at, accounts) for at, accounts in zip(moments, (9, 7, 5, 2, 1), strict=True))
    effect = watching.Effect(claim="x:1", at=moments[-1], spreading=spreading, countering=((NOW, 4),))
    watching.note_effect(office.state, effect)
    page = visitor.get("/watch/x:1").text
    shown = re.findall(
        r"<dt>([^<]*(?:before|since|Denied by))</dt><dd>(\d+) accounts?</dd>", page.split("Since the")[1]
    )
    assert shown == [("In the hour before", "7"), ("Hour 1 since", "5"), ("Hour 2 since", "3"), ("Denied by", "4")]


def test_claims_are_merged_and_posts_split_off_by_people(office: Office) -> None:
    tell(office)
    tell(office, id="x:5:0", claim="x:5", text="The bridge fell")
    office.store.create_mentions([make_record(make_mention("2", "it burst"))])
    visitor = office.visitor("watcher")
    page = visitor.get("/watch/x:1").text
    assert ("it burst" in page, "The bridge fell" in page) == (True, True)
    assert visitor.send("/watch/x:1", verb="split", post="x:2").status_code == 303
    assert visitor.send("/watch/x:1", verb="split", post="x:1").status_code == 422, "its words are not held"
    assert visitor.send("/watch/x:1", verb="split", post="x:5").status_code == 422, "no post of this claim"
    assert visitor.send("/watch/x:1", verb="merge", into="x:5").status_code == 303
    assert visitor.send("/watch/x:1", verb="merge", into="x:1").status_code == 422
    assert visitor.send("/watch/x:1", verb="merge", into="x:9").status_code == 404
    split, merge = watching.acts_after(office.state, 0)
    assert (split.post, split.digest, merge.into) == ("x:2", digest_of("it burst"), "x:5")
    assert 'href="/watch/x%3A5"' in visitor.get("/watch/x:1").text


def test_a_post_is_hostile_text(office: Office) -> None:
    tell(office, text=HOSTILE)
    visitor = office.visitor("watcher")
    for path in ("/watch", "/watch/x:1"):
        assert "<script>alert" not in visitor.get(path).text


@pytest.mark.parametrize("kind", [AlertKind.SITUATION, AlertKind.SILENCE])
def test_situations_and_silence_have_pages_too(office: Office, kind: AlertKind) -> None:
    claim = f"{kind}:water_supply@rampura:1"
    tell(office, id=f"{claim}:0", claim=claim, kind=kind, text=None, growth=())
    visitor = office.visitor("watcher")
    assert f'href="/watch/{quote(claim)}"' in visitor.get("/watch").text
    assert visitor.get(f"/watch/{claim}").status_code == 200


def test_what_is_not_there_is_not_there(office: Office) -> None:
    visitor = office.visitor("watcher")
    assert visitor.get("/watch/x:9").status_code == 404
    assert visitor.send("/watch/x:9", verb="true").status_code == 404
    assert visitor.send("/watch/x:9", verb="burn").status_code in {400, 422}


def ask_for_evidence(visitor: Visitor, **further: str) -> httpx.Response:
    asked = {"order": "CC 12/2026", "why": "the court asks", "review": "2027-01-31", **further}
    return visitor.send("/watch/x:1/evidence", seen_on="/watch/x:1", **asked)


def test_evidence_can_be_checked_and_comes_with_a_certificate_to_sign(office: Office) -> None:
    tell(office)
    office.store.create_mentions([make_record(make_mention("2", "it burst"))])
    visitor = office.visitor("watcher")
    visitor.send("/watch/x:1", verb="false", note="=HYPERLINK(1)", source="=cmd")
    answer = ask_for_evidence(visitor)
    assert answer.headers["content-disposition"] == 'attachment; filename="claim-x-1.zip"'
    archive = ZipFile(BytesIO(answer.content))
    sums = archive.read("SHA256SUMS").decode()
    listed = {name: sum for sum, name in (line.split("  ", 1) for line in sums.splitlines())}
    assert set(archive.namelist()) == {*listed, "SHA256SUMS", "certificate.txt"}
    assert all(sha256(archive.read(name)).hexdigest() == sum for name, sum in listed.items())
    certificate = archive.read("certificate.txt").decode()
    assert sha256(sums.encode()).hexdigest() in certificate
    assert "CC 12/2026" in certificate
    (post,) = map(json.loads, archive.read("posts.jsonl").splitlines())
    assert (post["key"], post["post"]["text"]) == ("x:2", "it burst")
    assert "x:1" in archive.read("README.txt").decode(), "what is missing is said"
    acts = [json.loads(line)["verb"] for line in archive.read("acts.jsonl").splitlines()]
    assert acts == ["false", "hold"]
    timeline = list(csv.reader(archive.read("timeline.csv").decode().splitlines()))
    assert ["false", "watcher", "'=cmd"] in [row[1:] for row in timeline]
    assert "CC 12/2026" in visitor.get("/watch/x:1").text


def test_evidence_is_asked_for_with_an_order_and_a_review_by_those_who_may(office: Office) -> None:
    tell(office)
    visitor = office.visitor("watcher")
    for wrong in ({"order": " "}, {"why": ""}, {"review": "soon"}, {"review": "2020-01-01"}):
        assert ask_for_evidence(visitor, **wrong).status_code == 422, wrong
    assert (
        office.visitor("reader").send("/watch/x:1/evidence", order="1", why="2", review="2099-01-01").status_code == 403
    )
    assert visitor.send("/watch/x:1", verb="hold").status_code == 422
    assert not watching.acts_on(office.state, "x:1")


def test_what_is_held_outlives_its_deletion_until_the_hold_is_lifted(office: Office, tmp_path: Path) -> None:
    tell(office)
    office.store.create_mentions([make_record(make_mention(id, "it burst")) for id in ("2", "3")])
    log = SqliteLog(tmp_path / "log.db", retention=timedelta(days=7), max_bytes=10**9)
    visitor = office.visitor("watcher")
    ask_for_evidence(visitor)
    for id in ("2", "3"):
        tombstones.bury(office.state, Deletion(target=DeletionTarget.POST, id=id, at=NOW))
    assert sweep(office.state, office.store, log) == 0
    records = office.store.mentions(["x:2", "x:3"])
    assert (records["x:2"].mention is None, records["x:3"].mention is None) == (False, True)
    assert visitor.send("/watch/x:1/hold/lift", why="the case is over").status_code == 303
    assert sweep(office.state, office.store, log) == 0
    assert office.store.mentions(["x:2"])["x:2"].mention is None
    assert office.state.count(tombstones.KIND, state=tombstones.DONE) == 2
    log.close()


@pytest.mark.parametrize("name", ["watcher", "boss", "reader", "sita"])
def test_a_forward_is_handed_to_the_watch_by_those_who_may(office: Office, name: str) -> None:
    visitor = office.visitor(name)
    answer = visitor.send("/watch/tips", text="  The dam broke, tell all! ")
    if name not in ACTORS:
        assert (answer.status_code, office.tips) == (403, [])
        assert "/watch/tips" not in visitor.get("/watch").text
        return
    assert office.tips == [("The dam broke, tell all!", name)]
    assert "Taken in." in visitor.get(answer.headers["location"]).text
    assert visitor.send("/watch/tips", text="  ").status_code == 422
