"""Which sender says what to citizens: a dry run for every platform that is not switched on."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from queues.state import StateStore
from schemas.directory import Directory
from schemas.intake import describe
from streams.replies import ByPlatform, DryRun, Sender
from streams.senders.meta import MetaAccount, MetaSender, graph_client
from streams.senders.meta_messages import MetaMessages
from streams.senders.pace import Pace
from streams.senders.x import XSender
from streams.senders.x_messages import XMessages
from streams.sources.meta_changes import LookUp, no_look_up
from streams.sources.meta_mentions import MentionLookUp
from sunwai.secret_files import read_secret
from sunwai.settings import Settings, SettingsError
from sunwai.x_access import x_accounts

__all__ = ["check_senders", "mention_look_up", "sender_of"]

Clock = Callable[[], datetime]
MetaPlatform = Literal["facebook", "instagram"]
_META_APART = timedelta(minutes=1)
"""Instagram takes 60 comments of an account in an hour."""
_META_TOKENS = TypeAdapter(dict[str, str])


def sender_of(settings: Settings, directory: Directory, state: StateStore, clock: Clock) -> Sender:
    """Raises SettingsError."""
    senders: dict[str, Sender] = {}
    messages: dict[str, Sender] = {}
    if settings.x_send:
        pace = Pace(state, clock, timedelta(hours=1) / directory.x.answers_per_hour)
        accounts = x_accounts(settings)
        senders["x"] = XSender(accounts, directory.x, pace, clock)
        messages["x"] = XMessages(accounts, pace, clock)
    if settings.meta_send:
        pace = Pace(state, clock, _META_APART)
        for platform, pages in _meta_accounts(settings, directory).items():
            senders[platform] = MetaSender(platform, pages, pace, clock)
            messages[platform] = MetaMessages(platform, pages, pace, clock)
    dry = DryRun(state, clock)
    return ByPlatform(senders, dry, messages) if senders else dry


def mention_look_up(settings: Settings, directory: Directory) -> LookUp:
    """Asks Instagram for the words of mentions, in the name of the accounts that have tokens. Raises SettingsError."""
    if settings.meta_accounts_file is None:
        return no_look_up
    accounts = _meta_accounts(settings, directory).get("instagram", {})
    clients = {account.id: account.client for account in accounts.values()}
    return MentionLookUp(clients.get)


def check_senders(settings: Settings, directory: Directory) -> None:
    """Raises SettingsError for what ``sender_of`` would stumble on, without a store."""
    if settings.x_send:
        x_accounts(settings)
    if settings.meta_send:
        _meta_accounts(settings, directory)


def _meta_accounts(settings: Settings, directory: Directory) -> Mapping[MetaPlatform, Mapping[str, MetaAccount]]:
    """By platform and handle, those that can speak. Raises SettingsError."""
    tokens = _meta_tokens(settings)
    found: dict[MetaPlatform, dict[str, MetaAccount]] = {}
    platforms: tuple[MetaPlatform, ...] = ("facebook", "instagram")
    for platform in platforms:
        for id, handle in _pages(directory, platform):
            if id in tokens:
                found.setdefault(platform, {})[handle] = MetaAccount(id, graph_client(tokens[id]))
    if not found:
        raise SettingsError("settings: meta_accounts_file: it names no page that a source of the directory has")
    return found


def _pages(directory: Directory, platform: str) -> Iterator[tuple[str, str]]:
    """Each page's id and lower-case handle."""
    for source in directory.sources:
        if source.form == "meta" and source.platform == platform:
            yield from ((id, handle.lower().lstrip("@")) for id, handle in source.pages.items())


def _meta_tokens(settings: Settings) -> dict[str, str]:
    """Tokens by the id of their page or account. Raises SettingsError, which quotes nothing of the file."""
    if settings.meta_accounts_file is None:
        raise SettingsError("settings: meta_accounts_file: answering needs the tokens of the pages (docs/sources.md)")
    try:
        return _META_TOKENS.validate_python(json.loads(read_secret(settings.meta_accounts_file, "meta_accounts_file")))
    except ValidationError as error:
        raise SettingsError(f"settings: meta_accounts_file: {describe(error)}") from None
    except ValueError:
        raise SettingsError("settings: meta_accounts_file: it is no JSON") from None
