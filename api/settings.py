"""Settings: environment variables with the prefix ``LASTMETER_``, read when asked for."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import DirectoryPath, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from graph_models.domain.errors import LastMeterError
from graph_models.domain.needs import Urgency

PREFIX = "LASTMETER_"


class BadSetting(LastMeterError):
    """A setting breaks a rule; what it holds is not repeated."""

    def __init__(self, field: str, rule: str) -> None:
        self.variable = f"{PREFIX}{field.upper()}"
        super().__init__(f"{self.variable}: {rule}")
        self.rule = rule


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseSettings):
    """Each field is documented in docs/api.md; a test compares the two."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    # The address may hold a password: it stays out of every repr and log line.
    store_url: Annotated[str, Field(repr=False)] = "sqlite:///lastmeter.db"
    parameters_file: Path | None = None
    keep_index: bool = True
    index_path: DirectoryPath | None = None
    least_count: Annotated[int, Field(ge=5, le=1_000)] = 10
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    max_body_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    max_requests: Annotated[int, Field(ge=1, le=1_000)] = 20
    max_waiting: Annotated[int, Field(ge=0, le=10_000)] = 50
    queue_seconds: Annotated[float, Field(gt=0, le=60)] = 2
    request_seconds: Annotated[float, Field(gt=0, le=3_600)] = 30
    body_seconds: Annotated[float, Field(gt=0, le=600)] = 10
    max_connections: Annotated[int, Field(ge=10, le=100_000)] = 5_000
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 3_000
    directory_pages_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    max_streams: Annotated[int, Field(ge=0, le=100_000)] = 1_000
    max_streams_each: Annotated[int, Field(ge=0, le=100_000)] = 20
    heartbeat_seconds: Annotated[float, Field(gt=0, le=15)] = 15
    shutdown_seconds: Annotated[int, Field(ge=1, le=3_600)] = 10
    log_level: LogLevel = LogLevel.INFO
    admin_token: SecretStr | None = None
    session_secret: SecretStr | None = None
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks: str | None = None
    oidc_role_claim: str = "role"
    oidc_jurisdiction_claim: str = "jurisdiction"
    oidc_resident_claim: str = "resident_id"
    clock_skew_seconds: Annotated[int, Field(ge=0, le=600)] = 60
    # Whether it can be read is seen when it is needed: one command makes it.
    keys_file: Path | None = None
    hold_minutes: dict[Urgency, int] = {}
    answer_minutes: dict[Urgency, int] = {}
    webhooks_to_loopback: bool = False


def read_settings(**given: Any) -> Settings:
    """Read the settings; what is given stands in the place of the environment.

    Raises
    ------
    BadSetting
        One of them breaks a rule: the first.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadSetting(str(first["loc"][0]), first["msg"]) from None
    except SettingsError as error:
        # The name of the field is nowhere but in its words.
        found = re.search(r'field "(\w+)"', str(error))
        raise BadSetting(found[1] if found else "*", "Input should be a JSON object") from None
