"""The agent's configuration: one YAML file, every key also an environment variable.

`receive.port` in the file is `BURL_RECEIVE__PORT` in the environment, and the environment wins. Each room
owns its section (`<room>/settings.py`); here they are put together and read.
"""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from burl.bundle.settings import BundleSettings
from burl.console.settings import ConsoleSettings
from burl.decide.settings import DecideSettings
from burl.engine.settings import EngineSettings, StateSettings
from burl.errors import ConfigError
from burl.feedback.settings import FeedbackSettings
from burl.parse.settings import ParseSettings
from burl.receive.settings import ReceiveSettings
from burl.telemetry import TelemetrySettings
from burl.window.settings import WindowSettings
from burl.write.settings import WriteSettings
from burl_opensearch.settings import PlatformSettings

PREFIX = "BURL_"
DELIMITER = "__"


class Settings(BaseSettings):
    """All settings of a running agent; each has a default that works on one machine."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix=PREFIX, env_nested_delimiter=DELIMITER)

    receive: ReceiveSettings = Field(default=ReceiveSettings(), description="How records come in.")
    parse: ParseSettings = Field(
        default=ParseSettings(), description="Templates; a bundle brings its own settings of this section."
    )
    window: WindowSettings = Field(
        default=WindowSettings(), description="Windows, sessions, intervals; a bundle brings its own."
    )
    decide: DecideSettings = Field(default=DecideSettings(), description="Grades, the budget and incidents.")
    write: WriteSettings = Field(default=WriteSettings(), description="Where findings go.")
    bundle: BundleSettings = Field(default=BundleSettings(), description="What was learnt in training.")
    feedback: FeedbackSettings = Field(
        default=FeedbackSettings(), description="What people said of findings."
    )
    console: ConsoleSettings = Field(default=ConsoleSettings(), description="The web page for people.")
    engine: EngineSettings = Field(default=EngineSettings(), description="What may wait, and how long.")
    state: StateSettings = Field(default=StateSettings(), description="What survives a restart.")
    telemetry: TelemetrySettings = Field(
        default=TelemetrySettings(), description="What the agent says about itself."
    )
    platform: PlatformSettings = Field(
        default=PlatformSettings(), description="What `burl platform install` puts up beside indices."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose content comes as keyword arguments."""
        # passed by keyword, so named as pydantic-settings does; .env files and Docker's secrets are not read
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Return the settings of the environment and of the file at `path`, if one is given.

    Raises:
        ConfigError: its text has one line for every wrong key: where it stands, what is wrong, what to do.
    """
    values = _read(path) if path else {}
    misspelt = list(_misspelt_variables())
    if misspelt:
        raise ConfigError("\n".join(misspelt))
    try:
        return Settings(**values)
    except SettingsError as error:
        raise ConfigError(f"environment: {error}: give the keys of a section one by one") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise ConfigError("\n".join(_describe(problem, path) for problem in problems)) from None


def with_options(settings: Settings, options: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Return `settings` with keys by section replaced: what a command was told wins over all else.

    Raises:
        ConfigError: one line for every wrong option.
    """
    changed = {}
    for name, keys in options.items():
        section: BaseModel = getattr(settings, name)
        try:
            changed[name] = type(section).model_validate(section.model_dump(exclude_unset=True) | dict(keys))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            raise ConfigError(
                "\n".join(
                    f"option for {'.'.join((name, *map(str, problem['loc'])))}: {_message(problem)}"
                    for problem in problems
                )
            ) from None
    return settings.model_copy(update=changed)


def environment_variable(*keys: str) -> str:
    """Return the name of the variable that sets the key at `keys`, such as `BURL_RECEIVE__PORT`."""
    return PREFIX + DELIMITER.join(keys).upper()


def _read(path: Path) -> dict[str, Any]:
    """Return the mapping in the YAML file at `path`; an empty file is an empty mapping."""
    import yaml  # where there is a file

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}): give an existing file") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is no valid YAML: {' '.join(str(error).split())}") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigError(f"{path}: must hold sections such as 'receive:' with keys below them")
    return content


def _misspelt_variables() -> Iterator[str]:
    """Yield a line for each nested variable of no known section, which pydantic would overlook.

    Names without the delimiter are left alone: Kubernetes injects `BURL_SERVICE_HOST` and the like.
    """
    for name in sorted(os.environ):
        section, delimiter, _ = name.upper().removeprefix(PREFIX).partition(DELIMITER)
        if name.upper().startswith(PREFIX) and delimiter and section.lower() not in Settings.model_fields:
            yield f"environment: {name}: unknown section{_hint(section.lower(), Settings)}"


def _describe(problem: ErrorDetails, path: Path | None) -> str:
    """Return one line that says where a wrong key stands, what is wrong and, if known, what to do."""
    keys = [str(key) for key in problem["loc"]]
    variable = environment_variable(*keys)
    from_environment = any(name.upper() == variable for name in os.environ)
    where = f"environment: {variable}" if from_environment else f"{path or 'settings'}: {'.'.join(keys)}"
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key{_hint(keys[-1], _model_at(keys[:-1]))}"
    return f"{where}: {_message(problem)}"


def _message(problem: ErrorDetails) -> str:
    return problem["msg"].removeprefix("Value error, ")


def _hint(key: str, model: type[BaseModel] | None) -> str:
    """Return what may have been meant by `key`, or what `model` knows."""
    known: Mapping[str, object] = model.model_fields if model else {}
    close = get_close_matches(key, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(known)}" if known else ""


def section_model(annotation: Any) -> type[BaseModel] | None:
    """Return the model when a setting of this type is a section of its own, optional or not; else None."""
    options = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    return models[0] if models else None


def _model_at(keys: list[str]) -> type[BaseModel] | None:
    """Return the model of the section at `keys`, or None where the way leads through a list."""
    model: type[BaseModel] | None = Settings
    for key in keys:
        field = model.model_fields.get(key) if model else None
        model = section_model(field.annotation) if field else None
    return model
