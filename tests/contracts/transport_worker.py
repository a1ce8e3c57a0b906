"""A worker in a process of its own, for tests that kill it.

Each group appends what it handled to ``OUT.<group>``, one line for each event, before it acknowledges; the line
``ready`` says that it has been given partitions.
"""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import faust

from streams.transports import kafka, sqlite


def make_app(url: str, group: str, data: Path, **options: Any) -> faust.App:
    """An app as the contract wants it."""
    return faust.App(
        group,
        broker=url,
        datadir=data,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=2.0,
        consumer_max_fetch_size=2 * 1024 * 1024,
        **{"broker_commit_interval": 0.2, "producer_max_request_size": 2 * 1024 * 1024, **options},
    )


def handle(app: faust.App, topic: str, out: TextIO, *, batch: int, pause: float, hold: bool) -> None:
    """Adds the agent; ``hold`` acknowledges nothing."""

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(batch, within=0.05):
            await asyncio.sleep(pause)
            out.writelines(f"{event.value.decode()}\n" for event in events)
            out.flush()
            for event in () if hold else events:
                await stream.ack(event)

    async def ready(*args: Any, **kwargs: Any) -> None:
        if args[-1]:  # what was assigned; a standby may be given nothing
            out.write("ready\n")
            out.flush()

    app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), name=f"{app.conf.id}.test")(agent)
    app.on_partitions_assigned.connect(ready, weak=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--groups", nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--commit-interval", type=float, default=0.2)
    parser.add_argument("--hold", action="store_true")
    args = parser.parse_args()
    sqlite.register()
    kafka.register()
    apps = []
    for group in args.groups:
        app = make_app(args.url, group, args.out.parent / group, broker_commit_interval=args.commit_interval)
        out = Path(f"{args.out}.{group}").open("a", encoding="utf-8")  # noqa: SIM115 - as long as the process
        handle(app, args.topic, out, batch=args.batch, pause=args.pause, hold=args.hold)
        apps.append(app)
    faust.Worker(*apps, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()


def broker_for(path: Path, partitions: int = 4) -> str:
    """The URL of an embedded log with room enough for tests."""
    return sqlite.broker_url(path, partitions=partitions, retention=timedelta(days=7), max_bytes=1 << 30)


if __name__ == "__main__":
    main()
