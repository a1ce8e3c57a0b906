"""Keys of those who are told what happens to cases."""

import os

from streams.case_events import Key
from sunwai.settings import SettingsError

__all__ = ["subscriber_key"]


def subscriber_key(code: str) -> Key:
    """From ``SUNWAI_SUBSCRIBER_{CODE}_KEY``. Raises SettingsError: nobody is told anything unsigned."""
    name = f"SUNWAI_SUBSCRIBER_{code.upper().replace('-', '_')}_KEY"
    value = os.environ.get(name)
    if not value:
        raise SettingsError(f"settings: the subscriber {code} needs a key that signs: set {name}")
    return Key(value.encode())
