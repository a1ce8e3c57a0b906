"""What photographs of a case promise on every state store (queues/attachments.py). A subclass supplies ``state``."""

from datetime import UTC, datetime

import pytest

from queues.attachments import (
    ATTACHMENT_DATA_KIND,
    ATTACHMENT_KIND,
    MOST_ATTACHMENTS,
    Attachments,
    Origin,
    TooManyError,
    has_attachments,
    remove_attachments,
)
from queues.photographs import Photograph, read_photograph
from queues.seal import Sealer, SealError
from queues.state import StateStore
from tests.pictures import picture

_SEALER = Sealer(bytes(32))
_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class AttachmentsContract:
    """Subclass with a fixture ``state``."""

    def test_a_photograph_is_found_again_by_its_case(self, state: StateStore) -> None:
        photographs = Attachments(state, _SEALER, lambda: _NOW)
        sent = read_photograph(picture())
        first = photographs.add("case-1", sent, by="field:7", origin=Origin.FIELD, private=False)
        other = photographs.add("case-2", sent, by="citizen:9", origin=Origin.CITIZEN, private=True)
        again = Attachments(state, _SEALER, lambda: _NOW)  # another desk of the office
        assert again.of(["case-1"]) == [first]
        assert again.of(["case-1", "case-2"]) == [first, other]
        assert again.find(other.id) == other
        assert again.picture(first.id) == sent.data
        assert (again.find("0" * 32), again.picture("0" * 32)) == (None, None)

    def test_the_picture_is_kept_sealed(self, state: StateStore) -> None:
        added = Attachments(state, _SEALER, lambda: _NOW).add(
            "case-1", read_photograph(picture()), by="field:7", origin=Origin.FIELD, private=False
        )
        with pytest.raises(SealError):
            Attachments(state, Sealer(bytes(range(32))), lambda: _NOW).picture(added.id)

    def test_a_case_has_so_many_and_no_more(self, state: StateStore) -> None:
        photographs = Attachments(state, _SEALER, lambda: _NOW)
        small = Photograph(b"picture", 1, 1)
        for _ in range(MOST_ATTACHMENTS):
            photographs.add("case-1", small, by="field:7", origin=Origin.FIELD, private=False)
        with pytest.raises(TooManyError):
            photographs.add("case-1", small, by="field:7", origin=Origin.FIELD, private=False)
        photographs.add("case-2", small, by="field:7", origin=Origin.FIELD, private=False)

    def test_those_of_a_case_go_together_and_others_stay(self, state: StateStore) -> None:
        photographs = Attachments(state, _SEALER, lambda: _NOW)
        small = Photograph(b"picture", 1, 1)
        for case in ("case-1", "case-1", "case-2"):
            photographs.add(case, small, by="field:7", origin=Origin.FIELD, private=False)
        state.create(ATTACHMENT_DATA_KIND, "nobody's", {"sealed": ""}, state="case-1")  # killed in the middle
        assert has_attachments(state, "case-1")
        remove_attachments(state, "case-1")
        assert not has_attachments(state, "case-1")
        assert photographs.of(["case-1"]) == []
        assert (state.count(ATTACHMENT_KIND), state.count(ATTACHMENT_DATA_KIND)) == (1, 1)
