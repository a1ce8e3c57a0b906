"""What X's errors come to for what is said on it, posts and messages alike.

Documented under "Response codes" and "Rate limits" of the X developer platform.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import httpx
import structlog

from streams.replies import LostError, NotSentError, NotYetError, RefusedError
from streams.sources.x.client import XError, XLimitedError, XRefusedError

__all__ = ["looking_up", "sending"]

_UNNAMED_LIMIT = timedelta(minutes=15)
"""The window in which X counts, for a limit of which it names no end."""

_log = structlog.get_logger()


@contextmanager
def sending(clock: Callable[[], datetime], *, forbidden: str) -> Iterator[None]:
    """Within, something is said; an answer that is not as documented is a lost one. ``forbidden``: what it means that X
    does not let us. Raises NotYetError, NotSentError, RefusedError, LostError."""
    try:
        yield
    except XLimitedError as error:
        raise NotYetError(_limit_ends(error, clock())) from error
    except XRefusedError as error:
        raise _refusal(error, forbidden) from error
    except (XError, LookupError, TypeError) as error:
        raise LostError("the answer of X was lost") from error


@contextmanager
def looking_up(clock: Callable[[], datetime], *, where: str) -> Iterator[None]:
    """Within, what has gone out is looked for ``where``. Raises NotYetError, LostError."""
    try:
        yield
    except XLimitedError as error:
        raise NotYetError(_limit_ends(error, clock())) from error
    except XError as error:
        raise LostError(f"{where} cannot be read") from error


def _limit_ends(error: XLimitedError, now: datetime) -> datetime:
    """Until when X takes no more: as it says, else the end of the window in which it counts."""
    if error.reset is not None:
        with suppress(OverflowError, ValueError, OSError):
            return max(now, datetime.fromtimestamp(error.reset, now.tzinfo))
    return now + _UNNAMED_LIMIT


def _refusal(error: XRefusedError, forbidden: str) -> Exception:
    """What X calls a duplicate may be ours, sent before."""
    if error.status == httpx.codes.FORBIDDEN and "duplicate" in error.detail.lower():
        return LostError("X has such words already")
    if error.status in (httpx.codes.UNAUTHORIZED, httpx.codes.PAYMENT_REQUIRED):
        _log.error("x_account_refused", status=error.status)  # to be mended by the operator: tried again
        return NotSentError(str(error))
    return RefusedError(forbidden if error.status == httpx.codes.FORBIDDEN else str(error))
