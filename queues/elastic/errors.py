"""What an error of Elasticsearch means to a caller: wait (StoreDownError), or change something (StoreRefusedError).

No reason that the server gives is repeated, nor chained: it may quote a document or what somebody searched for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import SerializationError, TlsError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from queues.state import StoreDownError, StoreRefusedError

__all__ = ["is_passing", "said_plainly"]

_BLOCKED = "cluster_block_exception"


def is_passing(status: int, kind: str) -> bool:
    """Whether waiting helps: the server is overloaded or out of order, or the index cannot be written now (a disk
    at its flood stage answers 429, any other block 403)."""
    return status == 429 or status >= 500 or kind == _BLOCKED


@contextmanager
def said_plainly(url: str) -> Iterator[None]:
    """Raises StoreDownError or StoreRefusedError in place of the client's errors."""
    try:
        yield
    except TlsError as error:
        raise StoreRefusedError(
            f"{url}: the certificate is not trusted or no TLS is spoken there; SUNWAI_STORE_CA names the file of the "
            "authority that signed it"
        ) from error
    except SerializationError:
        raise StoreDownError(f"{url}: the answer cannot be read") from None
    except TransportError as error:
        raise StoreDownError(f"{url} cannot be reached: {type(error).__name__}") from error
    except UnsupportedProductError as error:
        raise StoreRefusedError(f"{url} is no Elasticsearch") from error
    except ApiError as error:
        raise _meaning(url, error) from None


def _meaning(url: str, error: ApiError) -> Exception:
    status, kind = error.meta.status, error.error
    if is_passing(status, kind):
        return StoreDownError(f"{url} cannot do this now: {status} {kind}")
    if status == 401:
        return StoreRefusedError(f"{url}: wrong user, password or API key (SUNWAI_STORE_USER and the files beside it)")
    if status == 403:
        return StoreRefusedError(f"{url}: this user may not do this; docs/operations.md shows the role that it needs")
    return StoreRefusedError(f"{url} refused a request: {status} {kind}")
