"""``status``, ``cases``, ``case``, ``search``: what the office holds, on the command line."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from queues.search import QueryError, parse_query
from queues.store import MAX_PAGE, CaseQuery, CaseStore, Versioned, Visibility
from schemas.case import Case, Status
from streams.sources.standing import SourceStanding, standings
from sunwai.commands.common import DataOption, DirectoryOption, JsonOption, fail, office, print_json
from sunwai.status import OfficeStatus, office_status
from text.normalise import safe

__all__ = ["add_to"]

_out = Console(highlight=False, soft_wrap=True)
SealedOption = Annotated[bool, typer.Option("--sealed", help="Sealed cases, too: sexual offences, children.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Cases at most.")]


def add_to(app: typer.Typer) -> None:
    for command in (status, sources, cases, case, search):
        app.command()(command)


def status(data: DataOption = None, directory: DirectoryOption = None, as_json: JsonOption = False) -> None:
    """What came in and what became of it; how far each step is behind."""
    with office(data=data, directory=directory) as parts:
        found = office_status(parts.store, parts.state, parts.log)
        if as_json:
            print_json(found.model_dump(mode="json"))
        else:
            _print_status(found)


def sources(data: DataOption = None, directory: DirectoryOption = None, as_json: JsonOption = False) -> None:
    """Each source: connected, its last post, posts today, what the budget leaves, gaps, errors."""
    with office(data=data, directory=directory) as parts:
        found = standings(parts.state, parts.clock())
        if as_json:
            print_json([asdict(standing) for standing in found])
        elif found:
            _print_sources(found)
        else:
            _out.print("no source has run yet")


def _print_sources(found: Sequence[SourceStanding]) -> None:
    for each in found:
        last = f"last post {each.last_post_at:%Y-%m-%d %H:%M:%S} UTC" if each.last_post_at else "no post yet"
        left = "" if each.budget_left is None else f", {each.budget_left} left of the budget"
        _out.print(f"{each.id}  {'connected' if each.connected else 'not connected'}, {last}", markup=False)
        _out.print(f"   {each.today} posts today{left}")
        _out.print(f"   gaps: {each.gaps} to be filled, {each.filled} filled, {each.lost} lost")
        if each.checked_at:
            _out.print(f"   deletions looked for at {each.checked_at:%Y-%m-%d %H:%M} UTC")
        fault = f", the last: {each.last_error}" if each.last_error else ""
        _out.print(f"   {each.errors} errors{fault}", markup=False)


def cases(
    queue: Annotated[str | None, typer.Option("--queue", help="Only this queue.")] = None,
    status: Annotated[Status | None, typer.Option("--status", help="Only this status.")] = None,
    due_before: Annotated[datetime | None, typer.Option("--due-before", help="Due before this moment (UTC).")] = None,
    limit: LimitOption = 50,
    sealed: SealedOption = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cases, most pressing first."""
    with office(data=data, directory=directory) as parts:
        if queue is not None and queue not in parts.directory.queues:
            fail(f"no queue {queue}; there are: {', '.join(sorted(parts.directory.queues))}")
        query = CaseQuery(
            queues=(queue,) if queue else (),
            statuses=(status,) if status else (),
            deadline_before=_utc(due_before) if due_before else None,
        )
        _print_cases(_take(parts.store, query, limit, sealed=sealed), as_json)


def search(
    query: str,
    limit: LimitOption = 50,
    sealed: SealedOption = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cases by words in any script, "phrases", -exclusions and filters such as type: queue: status: lang: place:."""
    with office(data=data, directory=directory) as parts:
        try:
            parsed = parse_query(query, now=parts.clock())
        except QueryError as error:
            fail(str(error))
        _print_cases(_take(parts.store, parsed, limit, sealed=sealed), as_json)


def case(
    id: str,
    sealed: SealedOption = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """One case, by its id or docket number."""
    with office(data=data, directory=directory) as parts:
        found = parts.store.case(id, Visibility(None, sealed=sealed))
        if found is None:
            fail(f"no case {id}")
        if as_json:
            print_json(found.case.model_dump(mode="json"))
        else:
            _print_case(found.case)


def _take(store: CaseStore, query: CaseQuery, limit: int, *, sealed: bool) -> list[Case]:
    """Pages until there are ``limit`` cases or no more."""
    taken: list[Versioned] = []
    seen = Visibility(None, sealed=sealed)
    cursor: str | None = None
    while len(taken) < limit:
        page = store.search(replace(query, limit=min(limit - len(taken), MAX_PAGE), cursor=cursor), seen)
        taken.extend(page.cases)
        cursor = page.cursor
        if cursor is None:
            break
    return [versioned.case for versioned in taken]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _print_status(found: OfficeStatus) -> None:
    table = Table(show_header=False, box=None)
    for name in ("received", "triaged", "cases", "joined", "not_complaints", "dead_letters"):
        table.add_row(name, str(getattr(found, name)))
    _out.print(table)
    behind = [entry for entry in found.lag if entry.lag]
    for entry in behind:
        _out.print(f"behind: {entry.group} on {entry.topic}/{entry.partition} by {entry.lag}", markup=False)
    if not behind:
        _out.print("nothing is waiting" if found.lag else "no worker has run yet")


def _print_cases(found: list[Case], as_json: bool) -> None:
    if as_json:
        print_json([item.model_dump(mode="json") for item in found])
        return
    for item in found:
        due = item.deadline_at.strftime("%Y-%m-%d %H:%M") if item.deadline_at else "-"
        words = " ".join(item.posts[0].text.split())[:80] if item.posts else ""
        line = f"{item.docket or item.id}  {item.queue}  {item.status}  {item.urgency}  {item.type}  due {due}  {words}"
        _print(line)
    if not found:
        _out.print("no cases")


def _print_case(found: Case) -> None:
    facts = {
        "docket": found.docket or "- (in review)",
        "status": found.status,
        "queue": found.queue,
        "watching": ", ".join(found.watching) or "-",
        "type": found.type,
        "urgency": found.urgency,
        "language": found.language,
        "place": found.place or "-",
        "complainants": str(found.complainants),
        "due": found.deadline_at.isoformat() if found.deadline_at else "-",
        "why here": found.reason,
        "because of": ", ".join(found.because) or "-",
        "assignee": found.assignee or "-",
        "merged into": found.merged_into or "-",
    }
    for name, value in facts.items():
        _print(f"{name:>13}  {value}")
    for post in found.posts:
        who = f"@{post.author.handle}" if post.author.handle else post.author.id
        text = "(removed)" if post.erased else post.text
        _print(f"\n{post.created_at:%Y-%m-%d %H:%M}  {who}  ({post.kind})\n{text}")
    for entry in found.history:
        _print(f"{entry.at:%Y-%m-%d %H:%M}  {entry.by}  {entry.act}  {entry.detail}")


def _print(text: str) -> None:
    """What people have written: nothing in it steers the terminal."""
    _out.print(safe(text), markup=False)
