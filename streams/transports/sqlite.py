"""The Faust driver of the embedded log.

Call ``register()``, then give an app the broker URL that ``broker_url()`` makes. Apps that run in one process
share one open log when ``use_log(app, log)`` hands it to them before they start; whoever opened it closes it.

- Delivery is at least once. What is committed is what was acknowledged, in the order of delivery, up to the first
  event that was not; offsets that retention has removed are passed over.
- An erased event is delivered with value None, so that its offset is acknowledged like any other: agents skip it.
- A group has one live member; others stand by until the kernel frees the lock of one that ended.
- A group without a commit starts at the oldest event that is there.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import faust
from faust.transport import base
from faust.transport.drivers import TRANSPORTS
from yarl import URL

from streams.transports.sqlite_consumer import SqliteConsumer
from streams.transports.sqlite_log import SqliteLog
from streams.transports.sqlite_producer import SqliteProducer

__all__ = ["Transport", "broker_url", "log_from_url", "register", "use_log"]


def register() -> None:
    """Makes Faust know ``sqlite://`` brokers."""
    TRANSPORTS.aliases["sqlite"] = f"{__name__}:Transport"


def broker_url(path: Path, *, partitions: int, retention: timedelta, max_bytes: int) -> str:
    """The URL for ``faust.App(broker=…)``; all of the log's settings are in it."""
    where = quote(str(path.absolute()), safe="/")
    return f"sqlite://{where}?partitions={partitions}&retention={retention.total_seconds():g}&max_bytes={max_bytes}"


def log_from_url(url: URL) -> SqliteLog:
    """Opens the log that a URL names. Raises ValueError, naming the URL's part, when it is not as ``broker_url``."""
    query = dict(url.query)
    settings = {}
    for name, convert in (("partitions", int), ("retention", float), ("max_bytes", int)):
        try:
            settings[name] = convert(query.pop(name))
        except KeyError:
            raise ValueError(f"{url}: {name} is missing") from None
        except ValueError as error:
            raise ValueError(f"{url}: {name}: {error}") from None
    if query or url.host or not url.path.startswith("/"):
        raise ValueError(f"{url}: expected sqlite:///path?partitions=…&retention=SECONDS&max_bytes=…")
    return SqliteLog(
        Path(url.path),
        partitions=int(settings["partitions"]),
        retention=timedelta(seconds=settings["retention"]),
        max_bytes=int(settings["max_bytes"]),
    )


def use_log(app: faust.App, log: SqliteLog) -> None:
    """Gives an app, before it starts, a log that is already open."""
    cast(Transport, app.transport).log = log


class Transport(base.Transport):
    """Made by Faust for an app whose broker is a ``sqlite://`` URL."""

    Consumer = SqliteConsumer
    Producer = SqliteProducer
    driver_version = "sqlite"
    default_port = 0

    def __init__(self, url: list[URL], app: faust.App, loop: Any = None) -> None:
        super().__init__(url, app, loop)
        self._log: SqliteLog | None = None
        self._owns_log = False

    @property
    def log(self) -> SqliteLog:
        """The app's log, opened by its URL unless ``use_log`` gave one."""
        if self._log is None:
            self._log = log_from_url(self.url[0])
            self._owns_log = True
        return self._log

    @log.setter
    def log(self, log: SqliteLog) -> None:
        self._log = log
        self._owns_log = False

    def close_log(self) -> None:
        """Called when the app's last user of the log, its producer, has stopped."""
        if self._log is not None and self._owns_log:
            self._log.close()
            self._log = None
