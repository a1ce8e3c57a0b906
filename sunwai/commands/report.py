"""``report``: the morning sheet of a day, the disposal of a month; made once, and then as they were made. Also what
happened to cases on a day."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desk.languages import load_languages
from desk.pages import Pages
from desk.reports import month_csv, month_page, sheet_csv, sheet_page, sheet_text
from desk.speaking import Speaker
from queues.reporting import Grouping
from queues.sheets import NotOverError, disposal_of, sheet_of
from streams.day_of_events import events_between, events_csv
from sunwai.assembly import Office
from sunwai.commands.common import DataOption, DirectoryOption, fail, office, open_output, plain_errors

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Reports: made once, and then as they were made.")


class SheetForm(StrEnum):
    TEXT = "text"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


class MonthForm(StrEnum):
    CSV = "csv"
    HTML = "html"


LanguageOption = Annotated[str, typer.Option("--language", help="Language of the report, such as hi or en.")]
OutputOption = Annotated[Path, typer.Option("--output", help="File to write; - is stdout.")]


@app.command()
def morning(
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day; unset: yesterday.")
    ] = None,
    form: Annotated[SheetForm, typer.Option("--format", help="A message, an A4 page, a table, or all of it.")] = (
        SheetForm.TEXT
    ),
    language: LanguageOption = "en",
    output: OutputOption = Path("-"),
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """The sheet of a day: received, answered, pending by office; critical cases; rumours judged."""
    with office(data=data, directory=directory) as parts, plain_errors(NotOverError):
        now = parts.clock()
        yesterday = now.astimezone(parts.directory.zone).date() - timedelta(days=1)
        chosen = yesterday if day is None else day.date()
        sheet = sheet_of(parts.store, parts.state, parts.directory, chosen, now)
        say = _speaker(parts, language)
        match form:
            case SheetForm.TEXT:
                text = sheet_text(say, sheet)
            case SheetForm.HTML:
                text = sheet_page(_pages(parts), say, sheet, linked=False)
            case SheetForm.CSV:
                text = sheet_csv(say, sheet)
            case SheetForm.JSON:
                text = sheet.model_dump_json()
        _write(output, text)


@app.command()
def monthly(
    month: Annotated[
        datetime | None, typer.Option("--month", formats=["%Y-%m"], help="The month; unset: the last one.")
    ] = None,
    by: Annotated[Grouping, typer.Option("--by", help="What a line is about.")] = Grouping.DEPARTMENT,
    form: Annotated[MonthForm, typer.Option("--format", help="A table, or a page to print.")] = MonthForm.CSV,
    language: LanguageOption = "en",
    output: OutputOption = Path("-"),
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """How a month's complaints were disposed of: pendency by age, breaches, transfers, reopened, satisfaction."""
    with office(data=data, directory=directory) as parts, plain_errors(NotOverError):
        now = parts.clock()
        last = now.astimezone(parts.directory.zone).date().replace(day=1) - timedelta(days=1)
        chosen: date = last if month is None else month.date()
        lines = disposal_of(parts.store, parts.state, parts.directory, chosen, now)[by]
        say = _speaker(parts, language)
        page = form is MonthForm.HTML
        text = month_page(_pages(parts), say, chosen, by, lines, linked=False) if page else month_csv(say, by, lines)
        _write(output, text)


@app.command()
def events(
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day; unset: yesterday.")
    ] = None,
    output: OutputOption = Path("-"),
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """What happened to cases on a day, as CSV: what subscribers are told, without names and words."""
    with office(data=data, directory=directory) as parts:
        zone = parts.directory.zone
        today = parts.clock().astimezone(zone).date()
        chosen = today - timedelta(days=1) if day is None else day.date()
        start, end = (datetime.combine(each, time(), zone) for each in (chosen, chosen + timedelta(days=1)))
        _write(output, events_csv(events_between(parts.store, start, end)))


def _speaker(parts: Office, language: str) -> Speaker:
    languages = load_languages()
    if language not in languages:
        fail(f"no language {language}; there are: {', '.join(sorted(languages))}")
    return Speaker(languages[language], parts.directory, parts.clock())


def _pages(parts: Office) -> Pages:
    return Pages(parts.directory, load_languages(), parts.clock)


def _write(output: Path, text: str) -> None:
    with open_output(output) as write:
        write(text.removesuffix("\n"))
