"""Every setting: a flag of the command line, or an environment variable ``SUNWAI_…`` of the same name.

docs/configuration.md explains each; a test fails when one is missing there.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.intake import describe

__all__ = ["Settings", "SettingsError", "as_environment", "read_settings"]

_PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting that cannot be; the message names it."""


def _default_directory() -> Path:
    here = Path("departments.yaml")
    return here if here.exists() else _PROJECT / "departments.yaml"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SUNWAI_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("sunwai-data"), description="Folder of the embedded default: log, cases, keys.")
    broker: str = Field(default="", description="kafka://host:port for events; empty: the embedded log in `data`.")
    store: str = Field(default="", description="https://host:port of Elasticsearch; empty: SQLite in `data`.")
    directory: Path = Field(default_factory=_default_directory, description="The office's departments.yaml.")
    model: Path | None = Field(default=None, description="Folder of a model of one's own; unset: the shipped one.")
    key_file: Path | None = Field(
        default=None, description="Office key for sealed originals; unset: `data`/office.key, made at first start."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the desk listens.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port of the desk; 0: a free one.")
    partitions: Annotated[int, Field(ge=1, le=256)] = Field(
        default=4, description="Partitions of each topic, set when the log is made."
    )
    log_max_mb: Annotated[int, Field(ge=16)] = Field(
        default=4096, description="Disk that the embedded log may take before intake waits, in MB."
    )
    patience_seconds: Annotated[float, Field(gt=0, le=240)] = Field(
        default=60.0, description="How long a step waits in place for a dependency before it leaves and is restarted."
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=0, description="Port of the worker's Prometheus endpoint on loopback; 0: none."
    )
    secure_cookies: bool = Field(default=False, description="Send cookies only over HTTPS: set it behind TLS.")
    session_hours: Annotated[float, Field(gt=0, le=168)] = Field(
        default=12.0, description="Hours after which a sign-in ends, whatever is done."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least serious log lines that are written."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="Form of log lines; auto: console on a terminal, else JSON."
    )

    @property
    def log_path(self) -> Path:
        return self.data / "log.db"

    @property
    def cases_path(self) -> Path:
        return self.data / "cases.db"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.data / "office.key"


def read_settings(**flags: Any) -> Settings:
    """Settings from flags that were given (not None), else the environment, else the default. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(f"settings: {describe(error)} (flag or SUNWAI_… variable of that name)") from error


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables by which a child process reads the same settings."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return {f"SUNWAI_{name.upper()}": str(value) for name, value in values.items()}
