"""Who is on leave, kept in the StateStore as kind ``leave``: one record for each account, of its last leave."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from desk.accounts import AccountError, User, find_account
from queues.state import AlreadyExistsError, StateStore, every_record
from schemas.base import Utc, Value

__all__ = ["Leave", "leaves", "on_duty", "set_leave"]

LEAVE = "leave"


class Leave(Value):
    """Away from ``since`` until ``until``."""

    name: str
    since: Utc
    until: Utc

    def is_on(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def set_leave(state: StateStore, name: str, since: datetime, until: datetime) -> Leave:
    """The account's leave, in place of an earlier one. Raises AccountError, StaleError, StoreDownError."""
    if find_account(state, name) is None:
        raise AccountError(f"name: there is no user {name}")
    if until <= since:
        raise AccountError("until: a leave ends after it begins")
    leave = Leave(name=name, since=since, until=until)
    try:
        state.create(LEAVE, name, leave.model_dump(mode="json"))
    except AlreadyExistsError:
        if (record := state.get(LEAVE, name)) is not None:
            state.replace(record, leave.model_dump(mode="json"))
    return leave


def leaves(state: StateStore) -> Iterator[Leave]:
    """Every account's last leave, by name, past ones too."""
    return (Leave.model_validate(record.value) for record in every_record(state, LEAVE))


def on_duty(users: Iterable[User], state: StateStore, now: datetime) -> list[User]:
    """Those of the users who can be given work at ``now``."""
    away = {leave.name for leave in leaves(state) if leave.is_on(now)}
    return [user for user in users if user.active and user.name not in away]
