"""Where the desk listens, and whether it answers yet."""

import socket
import urllib.error
import urllib.request

__all__ = ["free_port", "is_ready"]

READY_SECONDS = 0.5


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def is_ready(address: str) -> bool:
    """Whether the desk at ``http://host:port/`` answers and can reach its store."""
    try:
        with urllib.request.urlopen(f"{address}health", timeout=READY_SECONDS) as answer:  # noqa: S310 - our own desk
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
