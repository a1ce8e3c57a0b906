"""What can be known of docker/ without an engine: parts, conditions and settings are real ones."""

import re
from typing import Any

import pytest
import yaml

from sunwai.settings import Settings
from tests.conftest import PROJECT

DOCKER = PROJECT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
TOP_LEVEL = {"name", "services", "networks", "volumes", "secrets", "configs"}
SERVICE = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "mem_limit", "networks",
    "ports", "profiles", "read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs", "ulimits",
    "volumes",
}  # fmt: skip
DURATION = re.compile(r"^(\d+(ms|s|m|h))+$")
SETTINGS = {f"SUNWAI_{name.upper()}" for name in Settings.model_fields}

services = pytest.mark.parametrize("name", sorted(COMPOSE["services"]))


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][name]
    return found


def test_only_keys_of_the_specification() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} <= TOP_LEVEL
    for found in COMPOSE["services"].values():
        assert set(found) <= SERVICE


@services
def test_each_service_has_image_health_restart_and_a_bound_on_memory(name: str) -> None:
    found = service(name)
    assert found["image"] or found["build"]
    assert found["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+[mg]", found["mem_limit"])
    health = found["healthcheck"]
    assert health["test"][0] in ("CMD", "CMD-SHELL")
    assert all(DURATION.match(health[key]) for key in ("interval", "timeout", "start_period"))


@services
def test_what_a_service_refers_to_is_there(name: str) -> None:
    found = service(name)
    assert set(found.get("networks", ())) <= set(COMPOSE["networks"])
    assert set(found.get("secrets", ())) <= set(COMPOSE["secrets"])
    assert {volume.split(":")[0] for volume in found.get("volumes", ())} <= set(COMPOSE["volumes"])
    for other, how in found.get("depends_on", {}).items():
        assert how["condition"] == "service_healthy"
        assert "healthcheck" in service(other)


@services
def test_environment_holds_only_real_settings_and_no_secret(name: str) -> None:
    environment = service(name)["environment"]
    assert all(isinstance(value, str) for value in environment.values())
    assert {key for key in environment if key.startswith("SUNWAI_")} <= SETTINGS
    assert not [key for key in environment if "PASSWORD" in key and not key.endswith("_FILE")]


def test_only_the_desk_can_be_reached_and_only_from_the_machine() -> None:
    assert [name for name, found in COMPOSE["services"].items() if "ports" in found] == ["desk"]
    assert all(port.startswith("127.0.0.1:") for port in service("desk")["ports"])
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_image_runs_as_nobody_special_and_copies_what_there_is() -> None:
    assert re.search(r"^USER sunwai$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE
    for words in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((PROJECT / word).exists() for word in words.split())
    assert set(re.findall(r"SUNWAI_[A-Z_]+", DOCKERFILE)) <= SETTINGS
