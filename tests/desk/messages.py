"""Every message of the desk that people read, as its code and its templates have it."""

from pathlib import Path

from babel.messages.extract import extract_from_dir

DESK = Path(__file__).resolve().parents[2] / "desk"

_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "_counted": (1, 2),
}

Message = str | tuple[str, str]


def messages() -> dict[Message, str]:
    """Each message (a pair where it is counted) with the file that has it first."""
    found: dict[Message, str] = {}
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
    for file, _, message, _, _ in extract_from_dir(str(DESK), methods, keywords=_KEYWORDS):
        key: Message = message if isinstance(message, str) else (message[0], message[1])
        found.setdefault(key, file)
    return found
