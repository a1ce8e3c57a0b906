"""How many lines of the stream a second go into the topic: ``python -m bench.x_intake``."""

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from queues.sqlite import SqliteStateStore
from schemas.platforms import XPlan
from streams.sources.publish import Publisher
from streams.sources.recording import Recording
from streams.sources.x.budget import Budget
from streams.sources.x.gaps import Gaps
from streams.sources.x.intake import Intake
from streams.sources.x.progress import Progress
from streams.sources.x.snowflake import id_at
from streams.transports.sqlite_log import SqliteLog

__all__ = ["main"]

_BATCH = 500


def _now() -> datetime:
    return datetime.now(UTC)


def _line(number: int) -> bytes:
    id = str(id_at(_now()) + number)
    post = {
        "id": id,
        "text": f"@JalSundarpur वार्ड {number} में तीन दिन से पानी नहीं आ रहा, कृपया देखें",
        "author_id": str(number % 5000),
        "conversation_id": id,
        "edit_history_tweet_ids": [id],
        "created_at": _now().isoformat(),
        "entities": {"mentions": [{"username": "JalSundarpur", "start": 0, "end": 13}]},
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0},
    }
    users = [{"id": post["author_id"], "username": f"citizen{number % 5000}", "name": "A citizen"}]
    return json.dumps({"data": post, "includes": {"users": users}, "matching_rules": [{"id": "1"}]}).encode()


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=30_000)
    parser.add_argument("--record", action="store_true", help="Keep all of it, as SUNWAI_RECORD does.")
    given = parser.parse_args()
    posts, kept = given.posts, given.record
    lines = [_line(number) for number in range(posts)]
    with tempfile.TemporaryDirectory() as folder:
        log = SqliteLog(Path(folder) / "log.db", retention=timedelta(days=7), max_bytes=1 << 32)
        log.prepare()
        state = SqliteStateStore(Path(folder) / "cases.db")
        keeper = Recording(Path(folder) / "kept", bytes(32), _now, hours=1, most_bytes=1 << 30) if kept else None
        budget = Budget(XPlan(posts_per_day=10**9, posts_per_month=10**9), _now)
        publisher = Publisher(log, _now, source="x", keeper=keeper)
        intake = Intake(publisher, Progress(state, _now, budget, Gaps(state)), "watch")
        cpu, start = time.process_time(), time.perf_counter()
        for at in range(0, posts, _BATCH):
            intake.take_lines(lines[at : at + _BATCH])
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - start
        print(f"{posts} lines, {sum(map(len, lines)) / posts:.0f} bytes each{', kept' if kept else ''}; {_load()}")
        print(f"{posts / cpu:.0f} a second of CPU, {posts / seconds:.0f} a second of time")
        state.close()
        log.close()
        if keeper is not None:
            keeper.close()


if __name__ == "__main__":
    main()
