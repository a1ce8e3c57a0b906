"""Logs, topics and namespaces of a test's own on a real Kafka."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from kafka import KafkaAdminClient

from streams.transports.kafka_broker import KafkaBroker
from streams.transports.kafka_log import KafkaLog

__all__ = ["RETENTION", "admin_of", "fresh_namespace", "make_log"]

RETENTION = timedelta(days=7)


def make_log(address: str, namespace: str, **options: Any) -> KafkaLog:
    return KafkaLog(KafkaBroker((address,)), prefix=f"{namespace}.", **{"retention": RETENTION, **options})


@contextmanager
def admin_of(address: str) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        yield admin
    finally:
        admin.close()


@contextmanager
def fresh_namespace(address: str) -> Iterator[str]:
    """A namespace that nobody used; its topics and groups go at the end."""
    namespace = f"test-{uuid.uuid4().hex[:12]}"
    yield namespace
    with admin_of(address) as admin:
        topics = [name for name in admin.list_topics() if name.startswith(f"{namespace}.")]
        if topics:
            admin.delete_topics(topics)
        groups = [entry["group_id"] for entry in admin.list_groups() if entry["group_id"].startswith(f"{namespace}.")]
        if groups:
            admin.delete_groups(groups)
