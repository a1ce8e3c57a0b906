"""All there is in a case file, page by page: memory does not grow with it, and writers are not held up."""

from collections.abc import Iterator
from typing import Any

from queues.sqlite.database import Database
from schemas.case import Case, Complainant, MentionRecord

__all__ = ["every_case", "every_claim", "every_complainant", "every_mention"]

_PAGE = 1000


def every_claim(database: Database) -> Iterator[tuple[str, str]]:
    """(join key as it is stored, case id)."""
    after = ""
    while page := _page(database, "SELECT key, case_id FROM claims WHERE key > ? ORDER BY key LIMIT ?", after):
        yield from page
        after = page[-1][0]


def every_mention(database: Database) -> Iterator[MentionRecord]:
    for doc in _documents(database, "mentions"):
        yield MentionRecord.model_validate_json(doc)


def every_case(database: Database) -> Iterator[Case]:
    for doc in _documents(database, "case_docs"):
        yield Case.model_validate_json(doc)


def every_complainant(database: Database) -> Iterator[Complainant]:
    after: tuple[int, str] = (0, "")
    select = """
        SELECT case_n, author, id FROM complainants JOIN case_ids ON case_ids.n = case_n
        WHERE (case_n, author) > (?, ?) ORDER BY case_n, author LIMIT ?
    """
    while page := _page(database, select, *after):
        for case, author, id in page:
            yield Complainant(case_id=id, author_key=author)
            after = case, author


def _documents(database: Database, table: str) -> Iterator[str]:
    after = 0
    while page := _page(database, f"SELECT n, doc FROM {table} WHERE n > ? ORDER BY n LIMIT ?", after):  # noqa: S608
        for number, doc in page:
            yield doc
            after = number


def _page(database: Database, select: str, *after: object) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return connection.execute(select, (*after, _PAGE)).fetchall()
