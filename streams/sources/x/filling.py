"""Fills gaps from recent search, a page at a time.

Documented under "GET /2/tweets/search/recent" and "Paginate": newest first, 10 to 100 posts a page, no further back
than seven days.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from queues.state import StaleError, StateRecord
from streams.sources.x.client import XClient, XRefusedError
from streams.sources.x.gaps import Gap, Gaps
from streams.sources.x.intake import FIELDS, Intake
from streams.sources.x.progress import Progress
from streams.sources.x.room import Room
from streams.sources.x.snowflake import id_at
from streams.sources.x.waiting import Waiting

__all__ = ["Filling"]

SEARCH = "/2/tweets/search/recent"
LEAST_PAGE, MOST_PAGE = 10, 100
REACH = timedelta(days=7) - timedelta(minutes=5)
"""How far search looks back, less what a page takes."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Filling:
    client: XClient
    intake: Intake
    gaps: Gaps
    progress: Progress
    waiting: Waiting
    room: Room

    def fill_one_page(self) -> bool:
        """Reads a page of the most urgent gap for which the budget has room; False when there is none.

        Raises XError, StoreDownError.
        """
        for record, gap in self.gaps.ready(self.waiting.clock()):
            most = min(self.room(gap.scope), MOST_PAGE)
            if most < LEAST_PAGE:
                continue
            if gap.since < (floor := id_at(self.waiting.clock() - REACH)):
                _log.error("x_gap_out_of_reach", scope=gap.scope, opened_at=gap.opened_at, reason=gap.reason)
                self.gaps.cut(record, gap, floor)
            else:
                with self.room.ordered(most):
                    self._page(record, gap, most)
            return True
        return False

    def _page(self, record: StateRecord, gap: Gap, most: int) -> None:
        try:
            page = self.client.ask("GET", SEARCH, params=self._asked(gap, most))
        except XRefusedError:
            if gap.token is None:
                raise
            self.gaps.came_to(record, replace(gap, token=None))  # the place is no longer known: from the start
            return
        self.intake.take_page(page, gap.scope)
        token = page.get("meta", {}).get("next_token")
        try:
            if token is not None:
                self.gaps.came_to(record, replace(gap, token=str(token)))
            else:
                self.gaps.filled(record)
                self.progress.filled += 1
        except StaleError:
            return  # it has grown meanwhile: it is read again, and what has come is known

    def _asked(self, gap: Gap, most: int) -> dict[str, Any]:
        asked: dict[str, Any] = {"query": gap.query, "since_id": gap.since - 1, "until_id": gap.until}
        return FIELDS | asked | {"max_results": most} | ({"next_token": gap.token} if gap.token else {})
