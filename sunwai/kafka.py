"""The event log on Kafka, put together from settings."""

from datetime import timedelta

from streams.groups import GROUPS
from streams.runtime import Runtime
from streams.topics import prefix_of
from streams.transports.kafka_broker import KafkaBroker, servers_of
from streams.transports.kafka_log import KafkaLog
from sunwai.settings import Settings, SettingsError

__all__ = ["kafka_log", "kafka_runtime"]


def kafka_log(settings: Settings, retention: timedelta) -> KafkaLog:
    """Raises SettingsError."""
    return KafkaLog(
        _broker(settings),
        prefix=prefix_of(settings.namespace),
        partitions=settings.partitions,
        retention=retention,
        replication=settings.replication,
        groups={group: [topic.name for topic in topics] for group, topics in GROUPS.items()},
    )


def kafka_runtime(settings: Settings) -> Runtime:
    """Raises SettingsError."""
    from streams.transports import kafka as transport  # noqa: PLC0415 - Faust, which the log does without

    transport.register()
    broker = _broker(settings)
    return Runtime(
        broker.urls,
        settings.data / "faust",
        settings.patience_seconds,
        credentials=broker.credentials,
        prefix=prefix_of(settings.namespace),
        session_seconds=settings.broker_session_seconds,
        worker=settings.worker_name,
    )


def _broker(settings: Settings) -> KafkaBroker:
    try:
        servers = servers_of(settings.broker)
    except ValueError as error:
        raise SettingsError(f"settings: broker: {error}") from error
    return KafkaBroker(
        servers,
        tls=settings.broker_tls,
        ca=settings.broker_ca,
        user=settings.broker_user,
        password=_password(settings),
        mechanism=settings.broker_mechanism,
    )


def _password(settings: Settings) -> str:
    if not settings.broker_user:
        return ""
    if settings.broker_password_file is None:
        raise SettingsError("settings: broker_password_file: broker_user needs a file with the password")
    try:
        return settings.broker_password_file.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings: broker_password_file: {settings.broker_password_file}: {error}") from error
