"""Turns a template into a page: one Jinja environment for each language, everything escaped."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.accounts import User
from desk.languages import Language
from desk.speaking import Speaker
from schemas.directory import Directory

__all__ = ["STATIC", "Pages"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


class Pages:
    def __init__(self, directory: Directory, languages: Mapping[str, Language], clock: Callable[[], datetime]):
        self._directory = directory
        self._languages = languages
        self._clock = clock

    def render(
        self, template: str, language: Language, *, user: User | None, csrf: str, path: str, **values: object
    ) -> str:
        """``csrf`` goes into every form; ``path`` is where the page lies, for coming back after a change."""
        return (
            self._environments[language.code]
            .get_template(template)
            .render(
                say=Speaker(language, self._directory, self._clock()),
                language=language,
                languages=self._languages.values(),
                user=user,
                csrf=csrf,
                path=path,
                **values,
            )
        )

    @cached_property
    def _environments(self) -> dict[str, Environment]:
        return {code: self._environment(language) for code, language in self._languages.items()}

    def _environment(self, language: Language) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        install = getattr(environment, "install_gettext_callables")  # noqa: B009 - the extension adds it at run time
        install(language.gettext, language.ngettext, newstyle=True)
        environment.globals["asset"] = _asset
        return environment


@lru_cache(maxsize=32)
def _asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep each for good."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
