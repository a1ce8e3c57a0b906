"""Topics of Kafka: made where they are missing, refused where they do not fit."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from streams.log import LogDownError, LogRefusedError
from streams.topics import MAX_EVENT_BYTES, TOPICS, Topic

__all__ = ["TOPIC_BYTES", "prepare_topics", "wanted_configs"]

TOPIC_BYTES = MAX_EVENT_BYTES + 64 * 1024
"""The largest batch of a topic: one largest event with its frame."""

_SEGMENT = timedelta(hours=6)
"""Kafka drops whole segments: what is past retention goes so much later at most."""

_UNKNOWN_TOPIC = 3
_METADATA_SECONDS = 10.0
_METADATA_PAUSE_SECONDS = 0.1


def wanted_configs(retention: timedelta, replication: int) -> dict[str, str]:
    """The settings of a new topic; ``replication`` 0: as many copies as the cluster makes by default."""
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": _milliseconds(retention),
        "segment.ms": _milliseconds(min(_SEGMENT, max(retention, timedelta(minutes=1)))),
        "max.message.bytes": str(TOPIC_BYTES),
        "message.timestamp.type": "LogAppendTime",
    }
    return configs | ({"min.insync.replicas": str(max(1, replication - 1))} if replication else {})


def prepare_topics(
    admin: KafkaAdminClient, prefix: str, *, partitions: int, retention: timedelta, replication: int
) -> None:
    """Raises LogRefusedError, with what to do, for a topic that is there and does not fit."""
    names = {prefix + topic.name: topic for topic in TOPICS}
    found = _described(admin, names)
    configs = wanted_configs(retention, replication)
    missing = {
        name: {
            "num_partitions": topic.partitions(partitions),
            "replication_factor": replication or -1,
            "configs": configs,
        }
        for name, topic in names.items()
        if name not in found
    }
    if missing:
        with suppress(TopicAlreadyExistsError):  # another process makes them too
            admin.create_topics(missing, wait_for_metadata=True)
        found = _made(admin, names)
    settings = _configs(admin, names)
    for name, topic in names.items():
        _check_partitions(name, topic, found[name]["partitions"], partitions, replication)
        _check_configs(name, settings[name], configs)


def _made(admin: KafkaAdminClient, names: Mapping[str, Topic]) -> dict[str, Any]:
    """All topics, once every broker's metadata knows of them. Raises LogDownError."""
    until = time.monotonic() + _METADATA_SECONDS
    while len(found := _described(admin, names)) < len(names):
        if time.monotonic() > until:
            raise LogDownError(f"Kafka: topics {sorted(names.keys() - found.keys())} are not made yet")
        time.sleep(_METADATA_PAUSE_SECONDS)
    return found


def _described(admin: KafkaAdminClient, names: Mapping[str, Topic]) -> dict[str, Any]:
    topics = admin.describe_topics(list(names))
    return {topic["name"]: topic for topic in topics if topic["error_code"] != _UNKNOWN_TOPIC}


def _configs(admin: KafkaAdminClient, names: Mapping[str, Topic]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: entry["value"] for key, entry in answer[name].items()} for name in names}


def _check_partitions(name: str, topic: Topic, found: list[Any], usual: int, replication: int) -> None:
    wanted = topic.partitions(usual)
    if len(found) < wanted:
        raise LogRefusedError(
            f"Kafka's topic {name} has {len(found)} partitions, {wanted} are asked for: set SUNWAI_PARTITIONS to "
            f"{len(found)}, or, with nothing unread, kafka-topics.sh --alter --topic {name} --partitions {wanted}"
        )
    if topic.single and len(found) > 1:
        raise LogRefusedError(
            f"Kafka's topic {name} has {len(found)} partitions and must have 1, for it is read in order: "
            "delete it once it is read; it is then made anew"
        )
    copies = min(len(partition["replica_nodes"]) for partition in found)
    if copies < replication:
        raise LogRefusedError(
            f"Kafka's topic {name} has {copies} copies, SUNWAI_REPLICATION asks for {replication}: "
            "kafka-reassign-partitions.sh adds copies"
        )


def _check_configs(name: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    unfit = {
        "cleanup.policy": found["cleanup.policy"] != "delete",
        "max.message.bytes": int(found["max.message.bytes"]) < TOPIC_BYTES,
        "retention.ms": found["retention.ms"] != wanted["retention.ms"],
    }
    for key in [key for key, is_unfit in unfit.items() if is_unfit]:
        raise LogRefusedError(
            f"Kafka's topic {name} has {key}={found[key]} and needs {wanted[key]}: "
            f"kafka-configs.sh --alter --topic {name} --add-config {key}={wanted[key]}"
            + (" (or change retention.topics in the directory)" if key == "retention.ms" else "")
        )


def _milliseconds(time: timedelta) -> str:
    return str(int(time.total_seconds() * 1000))
