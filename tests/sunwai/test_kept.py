"""Every kind of record has a line that says how long it is kept, and what expires goes."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from queues.naming import case_id
from queues.watching import ALERT_KIND, NOTICE_KIND
from schemas.case import Disposition, Status
from streams.sources.meta import DIGEST
from streams.sources.nonces import NONCE
from sunwai.assembly import Office
from sunwai.cli import whole_app
from sunwai.kept import RECORDS, table
from sunwai.settings import Settings
from tests.conftest import PROJECT
from tests.queues.factories import make_case, make_mention, make_record

DAY = timedelta(days=1)
MAKING = {"create", "create_each"}
NAMED_ELSEWHERE = {
    ("queues/sqlite/state.py", "kind"): set(),
    ("queues/elastic/state.py", "kind"): set(),
    ("queues/watching.py", "kind"): {ALERT_KIND, NOTICE_KIND},
    ("streams/sources/nonces.py", "self.kind"): {NONCE, DIGEST},
    ("sunwai/copying.py", "record.kind"): set(),
}
"""Where a kind is handed in, and what it then is."""


def created() -> Iterator[str]:
    """The kinds of all records that the code creates."""
    for folder in ("queues", "streams", "alerts", "desk", "sunwai"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            where = str(path.relative_to(PROJECT))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKING:
                    said = ast.unparse(node.args[0])
                    if (where, said) in NAMED_ELSEWHERE:
                        yield from NAMED_ELSEWHERE[where, said]
                    else:
                        yield getattr(import_module(where.removesuffix(".py").replace("/", ".")), said)


def test_every_kind_of_record_has_a_line_in_the_order_of_names() -> None:
    kinds = [kept.kind for kept in RECORDS]
    assert {*created()} == {*kinds}, "say in sunwai/kept.py how long it is kept"
    assert kinds == sorted({*kinds})


def test_the_page_is_made_from_the_table() -> None:
    page = (PROJECT / "docs" / "retention.md").read_text(encoding="utf-8")
    assert page.partition("<!-- from the table -->\n")[2] == table(), "print sunwai.kept.table() and put it there"


def test_the_command_removes_what_is_over_and_first_says_what_would_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "departments.yaml"
    example = (PROJECT / "departments.yaml").read_text(encoding="utf-8")
    directory.write_text(
        example.replace("{topics: 7, others: 365}", "{topics: 7, others: 30, records: 400, case: 100}"),
        encoding="utf-8",
    )
    monkeypatch.setenv("SUNWAI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SUNWAI_DIRECTORY", str(directory))
    office = Office(Settings(data=tmp_path / "data", directory=directory))
    old, new = office.clock() - timedelta(days=31), office.clock() - timedelta(days=29)
    none = Disposition.NOT_COMPLAINT
    records = [
        make_record(make_mention("1"), disposition=none, recorded_at=old),
        make_record(make_mention("2"), disposition=none, recorded_at=new),
        make_record(make_mention("3"), case=case_id("x:3"), recorded_at=old),
    ]
    office.store.create_mentions(records)
    ended = [make_case(str(days), status=Status.CLOSED, received_at=office.clock() - days * DAY) for days in (99, 101)]
    office.store.write_cases([(case, None) for case in ended])
    for kind, id, field, days in (
        ("reply", "old", "at", 401),
        ("reply", "new", "at", 399),
        ("sealed_read", "old", "at", 401),
        ("session", "old", "created_at", 9),
        ("session", "new", "created_at", 7),
    ):
        office.state.create(kind, id, {field: (office.clock() - timedelta(days=days)).isoformat()})

    def run(*words: str) -> list[str]:
        result = CliRunner().invoke(whole_app(), ["retention", *words])
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    gone = ["1 records of reply", "1 records of sealed_read", "1 records of session"]
    last = ["1 whole cases", "0 cases, 0 posts of theirs and 1 of no case"]
    over = f"{ended[1].docket}  water  the whole case  since {office.clock() - DAY:%Y-%m-%d}"
    assert run("--dry-run") == [over, *(f"{line} would go" for line in [*gone, *last])]
    assert run() == [f"{line} are gone" for line in [*gone, *last]]
    assert [case.id for case in office.store.every_case()] == [ended[0].id]
    left = office.store.mentions([record.key for record in records])
    assert [left[record.key].mention is not None for record in records] == [False, True, True]
    assert left[records[0].key].disposition is none, "and it still counts"
    assert [record.id for kind in ("reply", "session") for record in office.state.scan(kind)] == ["new", "new"]
    assert run() == ["0 whole cases are gone", "0 cases, 0 posts of theirs and 0 of no case are gone"]
    office.close()
