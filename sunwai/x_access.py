"""What X lets us in with: the app's token for reading, the accounts' own for answering; from files or environment."""

import json
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from schemas.base import Value
from schemas.intake import describe
from streams.senders.x import Account, Signature
from streams.sources.x.client import XClient
from sunwai.secret_files import read_secret
from sunwai.settings import Settings, SettingsError

__all__ = ["x_accounts", "x_client"]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Secret = Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class _Keys(Value):
    """An account's id on X, and what it gave the app to act for it."""

    id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    token: Secret
    secret: Secret


class _Accounts(Value):
    """The app's own keys, and its accounts by handle."""

    app_key: Secret
    app_secret: Secret
    accounts: dict[str, _Keys] = Field(min_length=1)


def x_client(settings: Settings) -> XClient:
    """Raises SettingsError."""
    if settings.x_bearer and settings.x_bearer_file:
        raise SettingsError("settings: x_bearer, x_bearer_file: give one of them")
    bearer = settings.x_bearer or read_secret(settings.x_bearer_file, "x_bearer_file")
    if not bearer:
        raise SettingsError("settings: x_bearer_file: reading X needs the token of an app (docs/sources.md)")
    if not bearer.isascii() or not bearer.isprintable():
        raise SettingsError("settings: x_bearer: this is no token")
    return XClient(bearer, base=_address(settings))


def x_accounts(settings: Settings) -> Mapping[str, Account]:
    """The accounts that may answer, by lower-case handle. Raises SettingsError, which quotes nothing of the file."""
    if settings.x_accounts_file is None:
        raise SettingsError("settings: x_accounts_file: answering on X needs the accounts (docs/sources.md)")
    try:
        known = _Accounts.model_validate(json.loads(read_secret(settings.x_accounts_file, "x_accounts_file")))
    except ValidationError as error:
        raise SettingsError(f"settings: x_accounts_file: {describe(error)}") from None
    except ValueError:
        raise SettingsError("settings: x_accounts_file: it is no JSON") from None
    base, app = _address(settings), (known.app_key, known.app_secret)
    return {
        handle.lower().lstrip("@"): Account(keys.id, XClient(base=base, auth=Signature(app, (keys.token, keys.secret))))
        for handle, keys in known.accounts.items()
    }


def _address(settings: Settings) -> str:
    """A token goes over TLS, or to this machine. Raises SettingsError."""
    address = urlsplit(settings.x_address)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise SettingsError("settings: x_address: https:// is needed")
    return settings.x_address
