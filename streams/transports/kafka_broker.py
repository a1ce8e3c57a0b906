"""Where the Kafka is and how it is entered: one description for Faust's client (aiokafka) and for kafka-python."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kafka import errors

from streams.log import LogDownError, LogRefusedError
from streams.transports.kafka_entry import DEFAULT_PORT, Entry, check_entry

__all__ = ["MECHANISMS", "KafkaBroker", "servers_of"]

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
CONNECT_SECONDS = 5.0


def servers_of(url: str) -> tuple[str, ...]:
    """The ``host:port`` of each server in ``kafka://host:port[,host:port]``. Raises ValueError."""
    scheme, _, rest = url.partition("://")
    servers = [part.strip() for part in rest.removesuffix("/").split(",")]
    if scheme != "kafka" or not all(servers):
        raise ValueError(f"expected kafka://host:port[,host:port], got {scheme}://…")
    found = []
    for server in servers:
        split = urlsplit(f"//{server}")
        if split.username is not None or split.path or split.query or not split.hostname:
            raise ValueError("expected kafka://host:port[,host:port]; user and password are settings of their own")
        host = f"[{split.hostname}]" if ":" in split.hostname else split.hostname
        found.append(f"{host}:{split.port or DEFAULT_PORT}")
    return tuple(found)


@dataclass(frozen=True)
class KafkaBroker:
    """``servers``: ``host:port`` of each to ask first. ``ca``: a PEM file of who signs their certificates; None with
    ``tls``: those that the machine trusts. ``user`` empty: no credentials."""

    servers: tuple[str, ...]
    tls: bool = False
    ca: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"

    def __post_init__(self) -> None:
        if self.user and self.mechanism == "PLAIN" and not self.tls:
            raise LogRefusedError(
                "settings: broker_mechanism: PLAIN sends the password readable: set SUNWAI_BROKER_TLS, or use SCRAM"
            )

    @property
    def urls(self) -> list[str]:
        """What ``faust.App(broker=…)`` takes."""
        return [f"kafka://{server}" for server in self.servers]

    @cached_property
    def ssl_context(self) -> ssl.SSLContext | None:
        if not self.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as error:
            raise LogRefusedError(f"settings: broker_ca: {self.ca}: no readable PEM certificate ({error})") from error

    @property
    def credentials(self) -> Any:
        """What ``faust.App(broker_credentials=…)`` takes."""
        import faust  # noqa: PLC0415 - a process that only looks at the log does without

        if self.user:
            return faust.SASLCredentials(
                username=self.user, password=self.password, mechanism=self.mechanism, ssl_context=self.ssl_context
            )
        return faust.SSLCredentials(self.ssl_context) if self.tls else None

    @property
    def _protocol(self) -> str:
        return f"{'SASL_' if self.user else ''}{'SSL' if self.tls else 'PLAINTEXT'}"

    @property
    def _entry(self) -> Entry:
        return Entry(self._protocol, self.ssl_context, self.mechanism, self.user, self.password)

    @property
    def client(self) -> dict[str, Any]:
        """Arguments of every kafka-python client."""
        sasl = {
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }
        return {
            "bootstrap_servers": list(self.servers),
            "bootstrap_timeout_ms": int(CONNECT_SECONDS * 1000),
            "reconnect_backoff_max_ms": 1000,
            "security_protocol": self._protocol,
            "ssl_context": self.ssl_context,
            **(sasl if self.user else {}),
        }

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turns errors of kafka-python into LogRefusedError, where a setting is wrong, else LogDownError."""
        try:
            yield
        except errors.AuthorizationError as error:
            raise LogRefusedError(
                f"Kafka at {self.servers[0]} knows user {self.user!r} but does not allow what is needed: "
                f"docs/operations.md lists the rights ({type(error).__name__})"
            ) from error
        except (errors.KafkaError, OSError) as error:
            for server in self.servers:
                check_entry(server, self._entry)
            hint = f" ({'with' if self.tls else 'without'} TLS: SUNWAI_BROKER_TLS)"
            raise LogDownError(
                f"Kafka at {', '.join(self.servers)} does not answer{hint}: {type(error).__name__}: {error}"[:500]
            ) from error
