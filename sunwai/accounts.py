"""The sign-ins that are made without anybody asking: the first administrator, and the demo's."""

from desk.accounts import AccountError, Role, add_user, list_users, new_password, set_password
from sunwai.assembly import Office

__all__ = ["demo_account", "first_account"]

FIRST_NAME = "admin"
DEMO_NAME = "demo"


def first_account(office: Office) -> tuple[str, str] | None:
    """Name and password of the administrator made at the first start; None when there are accounts already."""
    if next(iter(list_users(office.state)), None) is not None:
        return None
    password = new_password()
    add_user(office.state, FIRST_NAME, password, Role.ADMINISTRATOR, None, known_queues=office.directory.queues)
    return FIRST_NAME, password


def demo_account(office: Office) -> tuple[str, str]:
    """Name and a new password of the demo's supervisor, who sees every queue."""
    password = new_password()
    try:
        add_user(office.state, DEMO_NAME, password, Role.SUPERVISOR, None, known_queues=office.directory.queues)
    except AccountError:
        set_password(office.state, DEMO_NAME, password)
    return DEMO_NAME, password
