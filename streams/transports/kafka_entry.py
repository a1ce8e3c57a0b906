"""Why a Kafka that is there does not let us in.

kafka-python tells of a wrong certificate or password only as "no answer"; so when there is none, each server is asked
once more over one bare connection.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiokafka import errors
from aiokafka.conn import create_conn

from streams.log import LogRefusedError

__all__ = ["DEFAULT_PORT", "Entry", "check_entry"]

DEFAULT_PORT = 9092
ANSWER_MS = 5000

_CREDENTIALS = (
    errors.AuthenticationFailedError,
    errors.AuthenticationMethodNotSupported,
    errors.SaslAuthenticationFailed,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
    ValueError,  # a SCRAM server that proves it does not know the password either
)


@dataclass(frozen=True, slots=True)
class Entry:
    """How a connection is made; ``protocol`` as Kafka names it. ``ssl_context`` None: without TLS."""

    protocol: str
    ssl_context: ssl.SSLContext | None
    mechanism: str
    user: str
    password: str = field(repr=False)


def check_entry(server: str, entry: Entry) -> None:
    """Raises LogRefusedError, naming the setting, when the server is there and refuses. Else it returns: it lets us in,
    or is not there. Blocks for 5 s at most for each step; not to be called within an event loop."""
    try:
        asyncio.run(_connect(server, entry))
    except ssl.SSLCertVerificationError as error:
        raise LogRefusedError(
            f"Kafka at {server} shows a certificate that is not trusted: check SUNWAI_BROKER_CA and the name in "
            f"SUNWAI_BROKER ({error.verify_message})"
        ) from error
    except ssl.SSLError as error:
        raise LogRefusedError(
            f"Kafka at {server} does not speak TLS as we do: check SUNWAI_BROKER_TLS and the port ({error.reason})"
        ) from error
    except _CREDENTIALS as error:
        raise LogRefusedError(
            f"Kafka at {server} refuses user {entry.user!r}: check SUNWAI_BROKER_USER, SUNWAI_BROKER_PASSWORD_FILE and "
            f"SUNWAI_BROKER_MECHANISM ({type(error).__name__})"
        ) from error
    except (errors.KafkaError, OSError, TimeoutError):
        return  # not there: that is what the caller reports


async def _connect(server: str, entry: Entry) -> None:
    split = urlsplit(f"//{server}")
    connection = await create_conn(
        split.hostname,
        split.port or DEFAULT_PORT,
        request_timeout_ms=ANSWER_MS,
        security_protocol=entry.protocol,
        ssl_context=entry.ssl_context,
        sasl_mechanism=entry.mechanism if entry.user else None,
        sasl_plain_username=entry.user,
        sasl_plain_password=entry.password,
    )
    connection.close()
