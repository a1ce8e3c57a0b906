"""What reads X, put together from settings."""

from collections.abc import Iterable, Iterator
from functools import partial
from threading import Event

from queues.state import StateStore
from queues.store import CaseStore
from queues.watching import quoted_posts
from schemas.directory import Directory
from streams.sources.publish import Publisher
from streams.sources.x.scopes import term_queries, x_handles
from streams.sources.x.source import Timing, XSource
from sunwai.assembly import Office
from sunwai.settings import SettingsError
from sunwai.x_access import x_client

__all__ = ["x_source"]


def x_source(office: Office, over: Event, *, poll_seconds: float = 0.0) -> XSource:
    """The reader of an office, ended by ``over``. Raises SettingsError."""
    handles = x_handles(office.directory.by_handle)
    if not handles:
        raise SettingsError("the directory names no handle that can be one of X")
    return XSource(
        x_client(office.settings),
        Publisher(office.log, office.clock, source="x", keeper=office.keeper),
        office.state,
        handles,
        f"sunwai-{office.directory.code}",
        office.directory.x,
        office.clock,
        over,
        over.wait,
        Timing(poll=poll_seconds),
        lambda: _kept(office.store, office.state),
        partial(_terms, office.directory),
    )


def _kept(store: CaseStore, state: StateStore) -> Iterator[str]:
    """The ids of posts of X whose text is kept: with a case, or quoted by an alert."""
    for record in store.every_mention():
        if record.mention is not None and record.mention.platform == "x":
            yield record.mention.id
    for key in quoted_posts(state):
        platform, _, id = key.partition(":")
        if platform == "x":
            yield id


def _terms(directory: Directory, most: int) -> list[str]:
    """The term rules as queries of X, each of so many characters at most."""
    return [
        query
        for rule in directory.watch_terms
        for query in term_queries(_names(directory, rule.places), rule.words, most)
    ]


def _names(directory: Directory, places: Iterable[str]) -> list[str]:
    return [name.replace('"', " ") for name in directory.names_of(places)]
