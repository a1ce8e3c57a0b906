"""Every setting: a flag of the command line, or an environment variable ``SUNWAI_…`` of the same name.

docs/configuration.md explains each; a test fails when one is missing there.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.intake import describe

__all__ = ["Settings", "SettingsError", "as_environment", "read_settings", "read_settings_file"]

_PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting that cannot be; the message names it."""


def _default_directory() -> Path:
    here = Path("departments.yaml")
    return here if here.exists() else _PROJECT / "departments.yaml"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SUNWAI_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("sunwai-data"), description="Folder of the embedded default: log, cases, keys.")
    broker: str = Field(default="", description="kafka://host:port[,host:port] for events; empty: the log in `data`.")
    broker_user: str = Field(default="", description="User at the broker; empty: no credentials.")
    broker_password_file: Path | None = Field(default=None, description="File that holds that user's password.")
    broker_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="How user and password are shown to the broker; PLAIN only within TLS."
    )
    broker_tls: bool = Field(default=False, description="Speak TLS with the broker.")
    broker_ca: Path | None = Field(
        default=None, description="PEM file of who signs the broker's certificate; unset: those the machine trusts."
    )
    broker_session_seconds: Annotated[float, Field(ge=1, le=300)] = Field(
        default=45.0, description="A worker not heard of for so long has its partitions given to others."
    )
    worker_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = Field(
        default="",
        description="Name of this worker among those of the broker: restarted within a session it goes on at once.",
    )
    replication: Annotated[int, Field(ge=0, le=16)] = Field(
        default=0, description="Copies of each Kafka topic; 0: as many as the cluster makes by default."
    )
    store: str = Field(default="", description="https://host:port of Elasticsearch; empty: SQLite in `data`.")
    store_user: str = Field(default="", description="User of Elasticsearch; empty: none, or an API key.")
    store_password_file: Path | None = Field(default=None, description="File with that user's password.")
    store_api_key_file: Path | None = Field(default=None, description="File with an API key, in place of a user.")
    store_ca: Path | None = Field(
        default=None, description="File of the authority that signed the store's certificate; unset: the system's."
    )
    store_replicas: Annotated[int, Field(ge=0, le=10)] = Field(
        default=1, description="Copies of each index beside the first, set when it is made; 0 on one node."
    )
    namespace: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,39})?$")] = Field(
        default="", description="Sets this office's indices and topics apart where several share a cluster."
    )
    directory: Path = Field(default_factory=_default_directory, description="The office's departments.yaml.")
    model: Path | None = Field(default=None, description="Folder of a model of one's own; unset: the shipped one.")
    encoder: Path | None = Field(default=None, description="Folder of an encoder that takes part; unset: none.")
    encoder_stage: Literal["second", "only"] = Field(
        default="second", description="second: the encoder judges what the linear model is unsure of; only: everything."
    )
    encoder_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="Threads that the encoder may use for one post."
    )
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
    sign_ins_a_minute: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=60, description="Sign-ins that one network address may try a minute, at each desk process; 0: any."
    )
    api_a_minute: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=600, description="Requests of one account through the API a minute, at each desk process; 0: any."
    )
    public_a_minute: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=300, description="Requests a minute, without a sign-in, of one network address; 0: any."
    )
    pin_hours: Annotated[float, Field(ge=0, le=24)] = Field(
        default=12.0, description="Hours for which an officer's PIN counts on a shared handset; 0: no PINs."
    )
    oidc_issuer: str = Field(default="", description="Issuer of the office's sign-in (OpenID Connect); empty: none.")
    oidc_client: str = Field(default="", description="Client id of this desk at that issuer.")
    oidc_secret_file: Path | None = Field(default=None, description="File with its secret; unset: PKCE alone.")
    oidc_claim: str = Field(default="preferred_username", description="Claim that is the name of the account.")
    oidc_name: str = Field(default="", description="What that sign-in is called on the page; empty: the issuer's host.")
    media_hosts: str = Field(
        default="", description="Hosts whose pictures the desk fetches and shows, separated by spaces; empty: none."
    )
    notify: str = Field(default="", description="Addresses that alerts go to, separated by spaces; empty: none.")
    notify_key: str = Field(default="", description="Key that signs webhooks to such addresses; a secret.")
    channels: Path | None = Field(
        default=None, description="File that says who is told of cases through which addresses; unset: nobody."
    )
    escalate: str = Field(default="", description="Addresses told when nobody has acknowledged an alert in time.")
    escalate_minutes: Annotated[float, Field(gt=0, le=1440)] = Field(
        default=30.0, description="Minutes after which an alert that nobody has acknowledged is escalated."
    )
    quiet_hours: str = Field(
        default="", description="Hours in which alerts of low grade wait, as 22-7 in the office's time; empty: none."
    )
    x_bearer: str = Field(default="", description="Token of the app that reads X; a secret. See also x_bearer_file.")
    x_bearer_file: Path | None = Field(default=None, description="File with that token.")
    x_accounts_file: Path | None = Field(default=None, description="File with the accounts that answer on X.")
    x_send: bool = Field(default=False, description="Send answers on X; off: a dry run that keeps them.")
    meta_accounts_file: Path | None = Field(
        default=None, description="File with the tokens of pages and accounts that answer on Facebook and Instagram."
    )
    meta_send: bool = Field(default=False, description="Send answers on Facebook and Instagram; off: a dry run.")
    x_address: str = Field(default="https://api.x.com", description="Address of the interface of X.")
    mail_address: str = Field(
        default="", description="imaps://user@host/folder of a mailbox that `sunwai ingest mail` reads; empty: none."
    )
    mail_password_file: Path | None = Field(default=None, description="File with that mailbox's password.")
    record: Path | None = Field(
        default=None, description="Folder that keeps what sources deliver, encrypted, for `sunwai replay`; unset: none."
    )
    record_key_file: Path | None = Field(
        default=None, description="Key of that; unset: `data`/recording.key, made at the first start."
    )
    record_hours: Annotated[float, Field(gt=0, le=168)] = Field(
        default=72.0, description="Hours after which what was kept there goes."
    )
    record_max_mb: Annotated[int, Field(ge=32)] = Field(
        default=1024, description="Disk that it may take, in MB; the oldest goes first."
    )
    morning_hour: Annotated[int, Field(ge=0, le=23)] = Field(
        default=6, description="Hour of the office's day from which yesterday's sheet, and last month's, are made."
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

    @property
    def record_key_path(self) -> Path:
        return self.record_key_file or self.data / "recording.key"


def read_settings(**flags: Any) -> Settings:
    """Settings from flags that were given (not None), else the environment, else the default. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(f"settings: {describe(error)} (flag or SUNWAI_… variable of that name)") from error


class _FileSettings(Settings):
    """Settings from what is handed over alone: the environment is another office's."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def read_settings_file(path: Path) -> Settings:
    """Settings from lines ``SUNWAI_NAME=value``, as in a Docker env file; what is not named has its default.

    Raises SettingsError for a file that cannot be read and for a name that is no setting.
    """
    if not path.is_file():
        raise SettingsError(f"{path}: there is no such file")
    values = dotenv_values(path, interpolate=False)
    names = {f"SUNWAI_{name.upper()}": name for name in Settings.model_fields}
    unknown = [name for name in values if name.startswith("SUNWAI_") and name not in names]
    if unknown:
        raise SettingsError(f"{path}: there is no setting {', '.join(unknown)}")
    given: dict[str, Any] = {names[name]: value for name, value in values.items() if name in names and value}
    try:
        return _FileSettings(**given)
    except ValidationError as error:
        raise SettingsError(f"{path}: {describe(error)}") from error


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables by which a child process reads the same settings."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return {f"SUNWAI_{name.upper()}": str(value) for name, value in values.items()}
