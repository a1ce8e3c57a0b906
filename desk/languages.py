"""The languages of the desk: English is in the code, every other one is a file ``locale/{code}.po``.

The catalogues are read at start (Babel's reader, gettext's plural rules); nothing compiled is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

__all__ = ["CATALOGUES", "ENGLISH", "Language", "choose", "language_name", "load_languages"]

CATALOGUES = Path(__file__).parent / "locale"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """One language with its messages, numbers and dates. ``name`` is what it calls itself."""

    code: str
    name: str
    messages: NullTranslations

    def gettext(self, message: str) -> str:
        return self.messages.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.messages.ngettext(one, many, number)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """``1 July 2026, 13:04`` in the office's zone; digits are the plain ones in every language."""
        local = at.astimezone(zone)
        return f"{local.day} {_months(self.code)[local.month]} {local.year}, {local:%H:%M}"

    def number(self, number: int) -> str:
        return _number(number, self.code)


def load_languages(folder: Path = CATALOGUES) -> dict[str, Language]:
    """English and every catalogue of ``folder``, by code. Raises ValueError for one that cannot be read."""
    languages = {ENGLISH: Language(ENGLISH, "English", NullTranslations())}
    for path in sorted(folder.glob("*.po")):
        languages[path.stem] = _load(path)
    return languages


def _load(path: Path) -> Language:
    try:
        name = Locale.parse(path.stem).get_display_name(path.stem)
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem, abort_invalid=True)
    except (UnknownLocaleError, PoFileError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(path.stem, name or path.stem, GNUTranslations(compiled))


def choose(languages: Mapping[str, Language], wishes: Sequence[str | None], accepted: str) -> Language:
    """The first of ``wishes`` that there is, else the best of an Accept-Language header, else English."""
    for code in (*wishes, *_by_quality(accepted)):
        if code is not None and code in languages:
            return languages[code]
    return languages[ENGLISH]


def _by_quality(accepted: str) -> list[str]:
    """The primary language tags of an Accept-Language header (RFC 9110, 12.5.4), best first."""
    tags: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            tags.append((float(quality or 1), tag.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(tags, key=lambda item: -item[0]) if quality > 0]


@lru_cache(maxsize=100)
def _months(code: str) -> dict[int, str]:
    """As a date has them (in some languages not as they are called alone)."""
    return {month: str(name) for month, name in get_month_names("wide", locale=code).items()}


@lru_cache(maxsize=10_000)
def _number(number: int, code: str) -> str:
    """Kept, since a page of cases has hundreds of small ones and Babel reads the pattern of the language for each."""
    return format_decimal(number, locale=code)


@lru_cache(maxsize=1000)
def language_name(code: str, shown_in: str) -> str:
    """The name of a post's language: ``hi-Latn`` is "Hindi (Latin)"; an unknown code stays as it is."""
    try:
        return Locale.parse(code, sep="-").get_display_name(shown_in) or code
    except (UnknownLocaleError, ValueError):
        return code
