"""What people correct on the desk becomes rows to train on, and stops being so with the post."""

from pathlib import Path

from schemas.case import Status
from schemas.labels import Sensitivity
from sunwai.corrected import corrected_rows
from tests.desk.office import Office
from tests.queues.factories import make_case, make_mention, make_record, make_triage


def test_corrections_are_rows_with_the_masked_text_until_the_post_is_erased(tmp_path: Path) -> None:
    office = Office(tmp_path / "cases.db")
    texts = {"1": "sadak tooti hai", "2": "shabaash nigam", "3": "bachche ke saath", "4": "hi there"}
    for id, text in texts.items():
        office.file(make_case(id, text, status=Status.REVIEW).model_copy(update={"docket": None}))
        sensitive = (Sensitivity.CHILD,) if id == "3" else ()
        triage = make_triage(text).model_copy(update={"sensitivity": sensitive})
        office.store.create_mentions([make_record(make_mention(id, text), triage, case=make_case(id).id)])
    sita = office.visitor("sita")
    ids = {id: make_case(id).id for id in texts}
    sita.send(f"/cases/{ids['1']}/correct", type="traffic")
    sita.send(f"/cases/{ids['1']}/correct", type="roads", urgency="critical")
    sita.send(f"/cases/{ids['2']}/correct", type="sanitation")
    sita.send(f"/cases/{ids['2']}/dismiss", why="Praise.")
    sita.send(f"/cases/{ids['3']}/confirm")
    sita.send(f"/cases/{ids['4']}/correct", language="en")

    def rows() -> dict[str, tuple[object, ...]]:
        found = corrected_rows(office.state, office.store)
        return {row.text: (row.complaint, row.type, row.urgency, row.language) for row in found}

    assert rows() == {
        "sadak tooti hai": ("yes", "roads", "critical", None),
        "shabaash nigam": ("no", None, None, None),
        "hi there": (None, None, None, "en"),
    }
    office.store.erase_mentions(["x:1"])
    assert "sadak tooti hai" not in rows()
    office.close()
