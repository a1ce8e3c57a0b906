"""How the Faust apps reach the event log, by the office's settings."""

from streams.runtime import Runtime
from streams.transports import sqlite
from sunwai.assembly import Office

__all__ = ["runtime_of"]


def runtime_of(office: Office) -> Runtime:
    """Raises SettingsError."""
    settings = office.settings
    if settings.broker:
        from sunwai.kafka import kafka_runtime  # noqa: PLC0415 - a client that the embedded default does without

        return kafka_runtime(settings)
    sqlite.register()
    broker = sqlite.broker_url(
        settings.log_path,
        partitions=settings.partitions,
        retention=office.retention,
        max_bytes=office.log_max_bytes,
    )
    return Runtime(broker, settings.data / "faust", settings.patience_seconds)
