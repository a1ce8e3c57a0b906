"""What reads a mailbox, put together from settings."""

import imaplib
import ssl
from urllib.parse import unquote, urlsplit

from streams.sources.mail import MailSource
from streams.sources.publish import Publisher
from sunwai.assembly import Office
from sunwai.secret_files import read_secret
from sunwai.settings import SettingsError

__all__ = ["mail_source"]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 30.0


def mail_source(office: Office) -> MailSource:
    """Raises SettingsError."""
    settings = office.settings
    address = urlsplit(settings.mail_address)
    host, user = address.hostname, unquote(address.username or "")
    secure = address.scheme == "imaps"
    if not host or not user or not (secure or (address.scheme == "imap" and host in _LOOPBACK)):
        raise SettingsError("settings: mail_address: imaps://user@host/folder is needed")
    if address.password is not None:
        raise SettingsError("settings: mail_address: the password goes into the file of mail_password_file")
    password = read_secret(settings.mail_password_file, "mail_password_file")
    if not password:
        raise SettingsError("settings: mail_password_file: the mailbox needs a password")

    def open_box() -> imaplib.IMAP4:
        port = address.port or (993 if secure else 143)
        box = (
            imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=_SECONDS)
            if secure
            else imaplib.IMAP4(host, port, timeout=_SECONDS)
        )
        box.login(user, password)
        return box

    folder = unquote(address.path.strip("/")) or "INBOX"
    name = office.sealer.identity_hash(f"{user}@{host}/{folder}")
    publisher = Publisher(office.log, office.clock, source="mail", platform="email")
    return MailSource(open_box, f'"{folder}"', name, publisher, office.state, office.sealer.identity_hash)
