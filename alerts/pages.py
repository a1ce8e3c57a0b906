"""The state of the watch in pages, so that saving costs what has changed and not what is held.

A page is a JSON value under a name. ``changed_pages`` gives those that changed since it was last asked;
``watch_from`` puts a watch together again from the latest version of each.
"""

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.bounded import PAGE, Bounded
from alerts.claims import Claims
from alerts.dossier import Dossier
from alerts.event_time import EventTime
from alerts.pulse import Pulse
from alerts.situations import Situation
from alerts.spikes import Growth
from alerts.watch import Record, Watch

__all__ = ["VERSION", "changed_pages", "watch_from"]

VERSION = 2
"""Raised with any change of form; a state of another version is not read (the watch begins anew)."""

_SLOTS = 512

Pages = Mapping[str, Any]


def changed_pages(watch: Watch, *, everything: bool = False) -> dict[str, Any]:
    """Pages by name; with ``everything`` all of them."""
    return dict(_pages(watch, everything))


def watch_from(pages: Pages, watch: Watch | None = None) -> Watch:
    """The watch whose pages these are, built into ``watch`` (a new one by default)."""
    watch = watch or Watch()
    for name, page in pages.items():
        kind, _, rest = name.partition(":")
        _RESTORERS[kind](watch, rest, page)
    watch.records = dict(sorted(watch.records.items(), key=lambda item: item[1].order))
    watch.claims.restored()
    return watch


def _pages(watch: Watch, everything: bool) -> Iterator[tuple[str, Any]]:
    yield "main:", _main(watch)
    claims = watch.claims
    slots = range(-(-claims.index.capacity // _SLOTS)) if everything else sorted(_taken(claims.dirty, _SLOTS))
    for number in slots:
        yield f"slots:{number}", _slots(claims, number)
    for number in slots if everything else sorted(_taken(claims.dirty_told, _SLOTS)):
        yield f"told:{number}", _pack(claims.last_told[number * _SLOTS : (number + 1) * _SLOTS])
    for name, table in _tables(claims).items():
        for number in sorted({*range(-(-len(table) // PAGE))} if everything else table.dirty):
            yield f"{name}:{number}", table.page(number)
        table.dirty.clear()
    claims.dirty.clear()
    claims.dirty_told.clear()
    yield from _named(watch, everything)
    watch.touched.clear()
    watch.touched_situations.clear()


def _taken(slots: set[int], size: int) -> set[int]:
    return {slot // size for slot in slots}


def _main(watch: Watch) -> dict[str, Any]:
    return {
        "now": watch.time.now,
        "leaps": watch.time.leaps,
        "pulse": watch.pulse.to_state(),
        "added": watch.claims.index.added,
        "order": watch.order,
    }


def _restore_main(watch: Watch, _: str, page: Any) -> None:
    watch.time = EventTime(page["now"], page["leaps"])
    watch.pulse = Pulse.from_state(page["pulse"])
    watch.claims.index.added = page["added"]
    watch.order = page["order"]


def _arrays(claims: Claims) -> dict[str, NDArray[Any]]:
    index = claims.index
    return {
        "lexical": index.lexical,
        "meanings": index.meanings,
        "keys": index.keys,
        "numbers": index.numbers,
    }


def _slots(claims: Claims, number: int) -> dict[str, Any]:
    span = slice(number * _SLOTS, (number + 1) * _SLOTS)
    packed = {name: _pack(array[span]) for name, array in _arrays(claims).items()}
    return {**packed, "owners": claims.owners[span]}


def _restore_slots(claims: Claims, number: int, page: Any) -> None:
    first = number * _SLOTS
    for name, array in _arrays(claims).items():
        values = _unpack(page[name], array)
        array[first : first + len(values)] = values
    claims.owners[first : first + len(page["owners"])] = page["owners"]


def _restore_told(claims: Claims, number: int, page: Any) -> None:
    values = _unpack(page, claims.last_told)
    claims.last_told[number * _SLOTS : number * _SLOTS + len(values)] = values


def _pack(array: NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 1)).decode()


def _unpack(packed: str, like: NDArray[Any]) -> NDArray[Any]:
    flat = np.frombuffer(zlib.decompress(base64.b64decode(packed)), like.dtype)
    return flat.reshape(-1, *like.shape[1:])


def _tables(claims: Claims) -> dict[str, Bounded[Any]]:
    return {"posts": claims.by_post, "texts": claims.by_text, "merged": claims.merged}


def _named(watch: Watch, everything: bool) -> Iterator[tuple[str, Any]]:
    """Claims and situations, a page each; None for what is held no more."""
    for claim in [*watch.records] if everything else watch.touched:
        record = watch.records.get(claim)
        yield f"claim:{claim}", None if record is None else _record(record)
    for name in [*watch.situations] if everything else watch.touched_situations:
        situation = watch.situations.get(name)
        yield f"situation:{name}", None if situation is None else situation.to_state()


def _record(record: Record) -> list[Any]:
    plain = [record.seen, record.order, record.claimless, record.muted_until, record.followed_until]
    return [record.growth.to_state(), record.dossier.to_state(), *plain]


def _restore_claim(watch: Watch, claim: str, page: Any) -> None:
    if page is not None:
        growth, dossier, *plain = page
        watch.records[claim] = Record(Growth.from_state(growth), Dossier.from_state(dossier), *plain)


def _restore_situation(watch: Watch, name: str, page: Any) -> None:
    if page is not None:
        watch.situations[name] = Situation.from_state(page)


_RESTORERS: Mapping[str, Callable[[Watch, str, Any], None]] = {
    "main": _restore_main,
    "slots": lambda watch, rest, page: _restore_slots(watch.claims, int(rest), page),
    "told": lambda watch, rest, page: _restore_told(watch.claims, int(rest), page),
    "posts": lambda watch, rest, page: watch.claims.by_post.restore(int(rest), page),
    "texts": lambda watch, rest, page: watch.claims.by_text.restore(int(rest), page),
    "merged": lambda watch, rest, page: watch.claims.merged.restore(int(rest), page),
    "claim": _restore_claim,
    "situation": _restore_situation,
}
