"""Any edit of a case's history is found; words can be destroyed without breaking it."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from queues import acts
from queues.anchors import SETTLING, Anchors
from queues.audit import destroyed, faults, sealed, write_cases
from queues.lifecycle import Actor, Party
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import MAX_HISTORY, Case, HistoryEntry
from tests.queues.factories import NOW, make_case

SITA = Actor("sita", Party.OFFICER)
DAY = timedelta(days=1)


def worked(id: str = "1") -> Case:
    case = sealed(acts.take(make_case(id), SITA, NOW))
    case = sealed(acts.note(case, SITA, NOW, text="rang 98765, no answer"))
    return sealed(acts.start(case, SITA, NOW))


def edited(case: Case, number: int, **change: object) -> Case:
    history = list(case.history)
    history[number] = history[number].model_copy(update=change)
    return case.model_copy(update={"history": tuple(history)})


def test_what_is_written_verifies_and_sealing_again_changes_nothing() -> None:
    assert [*faults(worked())] == []
    assert sealed(worked()).history[-1].hash
    case = worked()
    assert sealed(case) is case


EDITS: dict[str, tuple[Callable[[Case], Case], str]] = {
    "who": (lambda c: edited(c, 1, by="mohan"), "when, who or what was changed"),
    "when": (lambda c: edited(c, 0, at=NOW - DAY), "when, who or what was changed"),
    "what": (lambda c: edited(c, 2, act="resolved"), "when, who or what was changed"),
    "words": (lambda c: edited(c, 1, detail="never rang"), "its words were changed"),
    "words after destruction": (lambda c: edited(c, 1, detail="x", salt=""), "words were put in after"),
    "an entry less": (lambda c: c.model_copy(update={"history": (c.history[0], c.history[2])}), "removed or changed"),
    "another order": (lambda c: c.model_copy(update={"history": c.history[::-1]}), "removed or changed"),
    "one more": (
        lambda c: c.model_copy(update={"history": (*c.history, HistoryEntry(at=NOW, by="sita", act="closed"))}),
        "put in without a hash",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_found(edit: str) -> None:
    change, said = EDITS[edit]
    assert any(said in fault for fault in faults(change(worked())))


def test_words_can_be_destroyed_and_the_chain_holds() -> None:
    case = worked()
    gone = case.model_copy(update={"history": (case.history[0], destroyed(case.history[1]), case.history[2])})
    assert [*faults(gone)] == []
    assert "98765" not in gone.model_dump_json()
    assert gone.history[1].salt == ""


def test_a_history_that_was_cut_to_its_bound_verifies() -> None:
    case = make_case()
    for number in range(MAX_HISTORY + 5):
        case = sealed(acts.note(case, SITA, NOW, text=str(number)))
    assert len(case.history) == MAX_HISTORY
    assert [*faults(case)] == []


def test_entries_from_before_there_was_a_chain_are_let_be() -> None:
    old = make_case().model_copy(update={"history": (HistoryEntry(at=NOW, by="model", act="opened"),)})
    case = acts.take(old, SITA, NOW)
    assert [*faults(sealed(case))] == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteCaseStore]:
    store = SqliteCaseStore(tmp_path / "cases.db")
    yield store
    store.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteStateStore]:
    state = SqliteStateStore(tmp_path / "cases.db")
    yield state
    state.close()


def test_an_anchor_finds_a_history_that_was_made_anew(
    store: SqliteCaseStore, state: SqliteStateStore, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    anchors = Anchors(tmp_path / "anchors.jsonl", key)
    write_cases(store, [(worked(str(number)), None) for number in range(3)])
    made = anchors.add_daily(store, state, NOW + DAY)
    assert made is not None
    assert made.cases == 3
    assert anchors.add_daily(store, state, NOW + DAY) is None, "one a day"
    found = store.cases([worked("1").id])[worked("1").id]
    later = sealed(acts.note(found.case, SITA, NOW + 2 * DAY, text="later"))
    assert all(store.write_cases([(later, found.version)]))
    assert [*anchors.faults(store, state)] == [], "what came after does not matter"
    found = store.cases([later.id])[later.id]
    forged = found.case.model_copy(update={"history": ()})
    forged = sealed(acts.take(forged.model_copy(update={"assignee": None}), SITA, NOW))
    assert [*faults(forged)] == [], "it holds in itself"
    assert all(store.write_cases([(forged, found.version)]))
    assert "not those of then" in next(anchors.faults(store, state))
    other = Anchors(tmp_path / "anchors.jsonl", Ed25519PrivateKey.generate())
    assert "not ours" in next(other.faults(store, state))
    assert json.loads((tmp_path / "anchors.jsonl").read_text())["cases"] == 3


def test_a_line_cut_off_by_a_full_disk_stops_no_anchor_and_is_told_of(
    store: SqliteCaseStore, state: SqliteStateStore, tmp_path: Path
) -> None:
    path = tmp_path / "anchors.jsonl"
    anchors = Anchors(path, Ed25519PrivateKey.generate())
    write_cases(store, [(worked(), None)])
    assert anchors.add_daily(store, state, NOW + DAY) is not None
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    assert anchors.add_daily(store, state, NOW + 2 * DAY) is not None
    assert anchors.add_daily(store, state, NOW + 2 * DAY) is None
    assert [anchor.until for anchor in anchors.read()] == [NOW + n * DAY - SETTLING for n in (1, 2)]
    (fault,) = anchors.faults(store, state)
    assert "entry 2" in fault


def test_a_clock_that_was_ahead_for_once_stops_no_later_anchor(
    store: SqliteCaseStore, state: SqliteStateStore, tmp_path: Path
) -> None:
    anchors = Anchors(tmp_path / "anchors.jsonl", Ed25519PrivateKey.generate())
    write_cases(store, [(worked(), None)])
    assert anchors.add_daily(store, state, NOW + 365 * DAY) is not None
    assert anchors.add_daily(store, state, NOW + DAY) is not None
    assert anchors.add_daily(store, state, NOW + DAY) is None
