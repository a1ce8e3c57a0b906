"""Which stores an office has: the one place where settings choose between SQLite and Elasticsearch."""

from collections.abc import Callable
from dataclasses import dataclass

from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import CaseStore
from sunwai.secret_files import read_secret
from sunwai.settings import Settings, SettingsError

__all__ = ["Stores", "open_stores"]


@dataclass(frozen=True, slots=True)
class Stores:
    """Both stores of an office, and how they are closed."""

    cases: CaseStore
    state: StateStore
    close: Callable[[], None]


def open_stores(settings: Settings, *, for_people: bool = False) -> Stores:
    """Opens or makes both stores. Raises SettingsError, StoreDownError, StoreRefusedError.

    ``for_people``: what is written is in every list at once, which Elasticsearch would else show within a second.
    """
    return _elastic(settings, for_people=for_people) if settings.store else _embedded(settings)


def _embedded(settings: Settings) -> Stores:
    cases, state = SqliteCaseStore(settings.cases_path), SqliteStateStore(settings.cases_path)

    def close() -> None:
        cases.close()
        state.close()

    return Stores(cases, state, close)


def _elastic(settings: Settings, *, for_people: bool) -> Stores:
    from queues.elastic import Cluster, ClusterOptions, ElasticCaseStore, ElasticStateStore  # noqa: PLC0415 - a third of a second that the embedded default need not wait

    if settings.store_user and settings.store_api_key_file:
        raise SettingsError("settings: store_user, store_api_key_file: give one of them")
    if not settings.store.startswith(("http://", "https://")):
        raise SettingsError("settings: store: an address such as https://host:9200 is needed")
    if "@" in settings.store:  # an address is logged
        raise SettingsError("settings: store: user and password do not belong in the address; see store_user")
    cluster = Cluster(
        ClusterOptions(
            settings.store,
            namespace=settings.namespace,
            user=settings.store_user,
            password=read_secret(settings.store_password_file, "store_password_file"),
            api_key=read_secret(settings.store_api_key_file, "store_api_key_file"),
            ca=settings.store_ca,
            replicas=settings.store_replicas,
        )
    )
    try:
        return Stores(ElasticCaseStore(cluster, for_people=for_people), ElasticStateStore(cluster), cluster.close)
    except BaseException:
        cluster.close()
        raise
