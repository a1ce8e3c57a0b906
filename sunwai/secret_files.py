"""Secrets that lie in files of their own."""

from pathlib import Path

from sunwai.settings import SettingsError

__all__ = ["read_secret"]

_LONGEST_SECRET = 10_000


def read_secret(path: Path | None, name: str) -> str:
    """What a file says, without the line's end; empty for no file. ``name`` is the setting's. Raises SettingsError,
    whose message never quotes it."""
    if path is None:
        return ""
    try:
        with path.open(encoding="utf-8") as file:
            secret = file.read(_LONGEST_SECRET).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings: {name}: {path} cannot be read") from error
    if not secret:
        raise SettingsError(f"settings: {name}: {path} is empty")
    return secret
