"""What every state store promises (queues/state.py). A subclass supplies the fixture ``state``, empty."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from tests.contracts import SHARED, eventually

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Neither lone surrogates nor NUL: no text of ours holds them.
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), values),
    max_leaves=6,
)


class StateStoreContract:
    """Subclass with a fixture ``state``."""

    def test_a_record_is_read_as_it_was_written(self, state: StateStore) -> None:
        value = {"name": "अनीता", "n": 1, "list": [1, 2.5, None, True], "deep": {"a": {"b": '"'}}}
        record = state.create("user", "anita", value, state="active")
        assert record == StateRecord("user", "anita", 1, value, "active")
        assert state.get("user", "anita") == record
        assert state.get("user", "bala") is None
        assert state.get("job", "anita") is None

    def test_what_is_there_cannot_be_created(self, state: StateStore) -> None:
        state.create("user", "anita", {"n": 1})
        with pytest.raises(AlreadyExistsError, match="anita"):
            state.create("user", "anita", {"n": 2})
        state.create("job", "anita", {"n": 3})
        kept = state.get("user", "anita")
        assert kept is not None
        assert kept.value == {"n": 1}

    def test_of_many_that_are_created_those_are_written_that_are_not_there(self, state: StateStore) -> None:
        state.create("nonce", "b", {"n": 1})
        created = state.create_each("nonce", {id: {"n": 2} for id in "abc"}, state="used")
        assert [*created] == [StateRecord("nonce", id, 1, {"n": 2}, "used") for id in "ac"]
        assert {record.id: record.value["n"] for record in state.scan("nonce")} == {"a": 2, "b": 1, "c": 2}
        assert [*state.create_each("nonce", {id: {} for id in "abc"})] == []
        assert [*state.create_each("nonce", {})] == []
        self._counts(state, {"used": 2, None: 3}, kind="nonce")
        with pytest.raises(ValueError, match=r"10[,.]?000"):
            state.create_each("nonce", {str(number): {} for number in range(10_001)})

    def test_of_many_that_are_deleted_those_go_that_are_as_they_were_read(self, state: StateStore) -> None:
        one, two, three = state.create_each("nonce", {id: {} for id in "abc"})
        changed = state.replace(two, {"n": 2})
        state.delete(three)
        state.create("nonce", "d", {})
        state.delete_each([one, two, three])
        assert [record.id for record in state.scan("nonce")] == ["b", "d"]
        assert state.get("nonce", "b") == changed
        state.delete_each([])
        self._counts(state, {None: 2}, kind="nonce")

    def test_replacing_takes_the_version_that_was_read(self, state: StateStore) -> None:
        first = state.create("cursor", "x", {"at": 1}, state="running")
        second = state.replace(first, {"at": 2})
        assert second == StateRecord("cursor", "x", 2, {"at": 2}, "running")
        assert state.get("cursor", "x") == second
        with pytest.raises(StaleError, match="x"):
            state.replace(first, {"at": 3})
        third = state.replace(second, {"at": 4}, state="")
        assert third == StateRecord("cursor", "x", 3, {"at": 4}, "")
        assert state.get("cursor", "x") == third

    def test_kinds_are_those_of_which_there_is_a_record(self, state: StateStore) -> None:
        assert state.kinds() == []
        state.create("user", "anita", {})
        state.create("user", "bala", {}, state="disabled")
        state.delete(state.create("job", "1", {}))
        state.create("cursor", "x", {})
        assert list(state.kinds()) == ["cursor", "user"]

    def test_what_is_gone_cannot_be_replaced(self, state: StateStore) -> None:
        record = state.create("session", "1", {})
        state.delete(record)
        with pytest.raises(StaleError):
            state.replace(record, {})
        assert state.get("session", "1") is None

    def test_deleting_takes_the_version_that_was_read(self, state: StateStore) -> None:
        first = state.create("session", "1", {})
        second = state.replace(first, {"seen": True})
        with pytest.raises(StaleError):
            state.delete(first)
        assert state.get("session", "1") == second
        state.delete(second)
        state.delete(second)
        assert state.get("session", "1") is None

    def test_of_two_that_create_at_once_one_does(self, state: StateStore) -> None:
        for number in range(10):
            assert sorted(self._race(partial(state.create, "alert", str(number), {}))) == [False, True]

    def test_of_two_that_replace_at_once_one_does(self, state: StateStore) -> None:
        record = state.create("cursor", "x", {"at": 0})
        for number in range(10):
            assert sorted(self._race(partial(state.replace, record, {"at": number}))) == [False, True]
            standing = state.get("cursor", "x")
            assert standing is not None
            assert standing.version == record.version + 1
            record = standing

    def test_many_are_read_at_once(self, state: StateStore) -> None:
        for id in ("a", "b", "c"):
            state.create("tombstone", id, {"id": id})
        state.create("other", "d", {})
        many = state.get_many("tombstone", ["a", "c", "d", "z", "a"])
        assert {id: record.value for id, record in many.items()} == {"a": {"id": "a"}, "c": {"id": "c"}}
        assert state.get_many("tombstone", []) == {}
        assert len(state.get_many("tombstone", [str(number) for number in range(9_999)] + ["b"])) == 1
        with pytest.raises(ValueError, match=r"10[,.]?000"):
            state.get_many("tombstone", [str(number) for number in range(10_001)])

    def test_a_scan_goes_by_id_in_bounded_steps(self, state: StateStore) -> None:
        for number in (3, 1, 7, 5, 2, 6, 4):
            state.create("letter", f"id-{number}", {}, state="new" if number % 2 else "replayed")
        state.create("other", "id-0", {})
        assert [record.id[-1] for record in state.scan("letter")] == [*"1234567"]
        assert [record.id[-1] for record in state.scan("letter", state="new")] == [*"1357"]
        assert [record.id[-1] for record in state.scan("letter", after="id-2", limit=3)] == [*"345"]
        assert [record.id[-1] for record in state.scan("letter", state="replayed", after="id-2", limit=1)] == ["4"]
        assert list(state.scan("letter", after="id-7")) == []
        assert list(state.scan("letter", state="none")) == []

    def test_a_scan_sees_own_writes_at_once(self, state: StateStore) -> None:
        for number in range(20):
            record = state.create("job", f"{number:02}", {}, state="open")
            assert state.scan("job")[-1] == record
            moved = state.replace(record, {"n": number}, state="done")
            assert list(state.scan("job", state="open")) == []
            assert state.scan("job", state="done")[-1] == moved
        state.delete(moved)
        assert len(state.scan("job")) == 19

    def test_counts_follow_every_change(self, state: StateStore) -> None:
        one = state.create("letter", "1", {}, state="new")
        state.create("letter", "2", {}, state="new")
        state.create("letter", "3", {})
        state.create("other", "1", {}, state="new")
        self._counts(state, {None: 3, "new": 2, "": 1, "replayed": 0})
        one = state.replace(one, {"x": 1}, state="replayed")
        self._counts(state, {None: 3, "new": 1, "replayed": 1})
        one = state.replace(one, {"x": 2})
        self._counts(state, {None: 3, "new": 1, "replayed": 1})
        state.delete(one)
        self._counts(state, {None: 2, "new": 1, "replayed": 0})
        assert state.count("nothing") == 0

    @pytest.mark.parametrize(
        "text", ["a b", "पानी", "' OR 1=1 --", '"', "%", "*", "../..", "x" * 400, "post:x:1", "🙏"]
    )
    def test_any_text_is_an_id_a_kind_and_a_state(self, state: StateStore, text: str) -> None:
        record = state.create("kind", text, {"text": text}, state=text)
        assert state.get("kind", text) == record
        assert list(state.scan("kind", state=text)) == [record]

    @pytest.mark.parametrize("value", [{"x": float("nan")}, {"x": float("inf")}, {"x": object()}, {"x": {1, 2}}])
    def test_what_is_no_json_is_refused(self, state: StateStore, value: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="JSON"):
            state.create("kind", "1", value)
        record = state.create("kind", "1", {})
        with pytest.raises(ValueError, match="JSON"):
            state.replace(record, value)
        assert state.get("kind", "1") == record

    @given(value=st.dictionaries(st.text("xyz", min_size=1, max_size=4), _JSON, max_size=4))
    @settings(max_examples=40, suppress_health_check=SHARED)
    def test_any_json_object_comes_back_as_it_was(self, state: StateStore, value: dict[str, object]) -> None:
        standing = state.get("any", "1") or state.create("any", "1", {})
        replaced = state.replace(standing, value)
        assert replaced.value == value
        assert state.get("any", "1") == replaced

    def _counts(self, state: StateStore, expected: dict[str | None, int], kind: str = "letter") -> None:
        eventually(lambda: {each: state.count(kind, state=each) for each in expected} == expected)

    def _race(self, act: Callable[[], StateRecord]) -> list[bool]:
        """Whether each of two that do the same at once succeeded."""
        ready = Barrier(2)

        def attempt() -> bool:
            ready.wait()
            try:
                act()
            except (AlreadyExistsError, StaleError):
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            return [future.result() for future in [pool.submit(attempt) for _ in range(2)]]
