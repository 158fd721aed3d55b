"""Settings of every program: pydantic models, read once in `main()` from flags and YAML files, frozen afterwards.

A program describes its settings in a model derived from `FrozenSettings` and calls `read_flags`. Each field is a flag.
Its name is the field's, preceded by the group's name and a dot (`--wallet.name`); its help is the docstring below the
field. `Flag`, `NO_FLAG` and `NO_PREFIX` in a field's annotation change that. `--help` lists each group below a heading:
the `title` in the group's `model_config`, or else its name. `ShellSettings` is the group that all services share.
"""

from __future__ import annotations

import argparse
import ipaddress
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, TypeVar, get_args, get_origin

import yaml
from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from serving.arguments import FlagParser, NumberRange, expand_home
from serving.errors import describe_validation
from serving.origins import parse_host, parse_origin

Model = TypeVar("Model", bound=BaseModel)

_CONFIG_MAX_BYTES = 1 << 20
_KEY_MIN_CHARS = 16
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


class SettingsError(Exception):
    """Settings that cannot be used; the message is one line for the operator."""


Port = Annotated[int, Field(ge=0, le=65_535)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Seconds = Annotated[float, Field(gt=0, le=31_536_000)]
"""A time of up to a year; longer ones are mistakes, and overflow timers."""


def _expand_text(text: str) -> str:
    return str(expand_home(Path(text))) if text.startswith("~") else text


def _readable(path: Path) -> Path:
    """Return the path with `~` expanded. Raises ValueError if it is not a file that can be read."""
    path = expand_home(path)
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error


Location = Annotated[str, AfterValidator(_expand_text)]
"""A folder, or a name or URL in its place."""
ReadableFile = Annotated[Path, AfterValidator(_readable)]
"""A file that has to be there when the settings are read."""


class FrozenSettings(BaseModel):
    """Base of the settings models: immutable, unknown names are errors, docstrings below fields are help texts.

    Numbers are finite, and `~` in paths is expanded. Each number that is a flag has a range (a test checks it).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _expand_paths(cls, value: Any) -> Any:
        return expand_home(value) if isinstance(value, Path) else value


@dataclass(frozen=True, slots=True)
class Flag:
    """Other names for a field's flag; `read` converts its text if pydantic cannot."""

    names: tuple[str, ...]
    read: Callable[[str], Any] | None = None


class _Marker(Enum):
    NO_FLAG = "no flag"
    NO_PREFIX = "no prefix"


NO_FLAG: Final = _Marker.NO_FLAG
"""Marks a field that is not on the command line."""

NO_PREFIX: Final = _Marker.NO_PREFIX
"""Marks a group whose flags do not begin with its name."""


def read_api_keys(path: Path | str) -> tuple[str, ...]:
    """Return the keys of a file, one per line; an old key can stay valid while clients switch to a new one.

    Raises SettingsError.
    """
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the key file {path}: {error}") from error
    keys = tuple(line.strip() for line in lines if line.strip())
    if not keys:
        raise SettingsError(f"the key file {path} is empty")
    if any(len(key) < _KEY_MIN_CHARS or " " in key for key in keys):
        raise SettingsError(f"each key in {path} must have at least {_KEY_MIN_CHARS} characters and no space")
    return keys


def _check_hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        host = parse_host(f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name)
        if host is None or host.port is not None:
            raise ValueError(f"{name!r} is not a host name; give it without scheme, port and path: splats.example.org")
    return tuple(name.strip("[]") for name in names)


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if parse_origin(origin) is None:
            raise ValueError(f"{origin!r} is not an origin; give scheme and host, as in https://viewer.example.org")
    return origins


def _check_root_path(path: str) -> str:
    prefix = path.rstrip("/")
    if not _ROOT_PATH.fullmatch(prefix):
        raise ValueError(f"{path!r} is not a prefix; give a path such as /splats")
    return prefix


class ShellSettings(FrozenSettings):
    """Where a service listens, who may call it, how it logs.

    Raises ValidationError for an address that other machines can reach, without a key.
    """

    model_config = ConfigDict(title="serving")

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """address to bind"""
    port: Port
    """port to bind; 0: any that is free"""
    allowed_hosts: Annotated[tuple[str, ...], AfterValidator(_check_hosts)] = ()
    """further names for the Host header"""
    allowed_origins: Annotated[tuple[str, ...], AfterValidator(_check_origins)] = ()
    """origins, such as https://viewer.example.org, whose pages may read results (CORS)"""
    root_path: Annotated[str, AfterValidator(_check_root_path)] = ""
    """prefix, such as /splats, below which a proxy publishes the service"""
    api_keys: Annotated[tuple[str, ...], Field(repr=False), Flag(("api_key_file",), read_api_keys)] = ()
    """file of bearer keys, one per line; required when other machines can reach the service"""
    insecure: bool = False
    """let other machines reach the service without a key"""
    logging: Literal["plain", "json"] = "plain"
    """log format"""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """least severe level to log"""
    drain_s: Annotated[float, Field(ge=0, le=300), NO_FLAG] = 20.0
    """Time for accepted work after a stop signal. With uvicorn's own limit, a stop takes less than 30 s."""

    @model_validator(mode="after")
    def _key_beyond_loopback(self) -> ShellSettings:
        if not is_loopback(self.host) and not self.api_keys and not self.insecure:
            raise ValueError(f"--host {self.host} is reachable from outside: give --api_key_file FILE, or --insecure")
        return self


def read_flags(model: type[Model], program: str, argv: Sequence[str] | None = None, description: str = "") -> Model:
    """Return a settings model from command line flags (those of the process by default).

    Raises SettingsError for values that the model rejects. Exits for --help and for unknown flags, as argparse does.
    """
    parser = FlagParser(prog=program, usage="%(prog)s [flags]", description=description)
    options = list(options_of(model))
    _add_flags(parser, options)
    return _build(model, options, vars(parser.parse_args(argv)))


def exit_with_error(program: str, error: Exception) -> NoReturn:
    """Write one line for the operator to standard error and exit with status 2."""
    sys.stderr.write(f"{program}: {error}\n")
    sys.exit(2)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Return a settings model from a YAML file; unknown names are errors if the model forbids extras.

    A name without a value (null) has its default.

    Raises SettingsError.
    """
    try:
        if path.stat().st_size > _CONFIG_MAX_BYTES:
            raise SettingsError(f"{path} is too large for a configuration")
        loaded: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path} must contain names and values, not a {type(loaded).__name__}")
    optional = {name for name, field in model.model_fields.items() if not field.is_required()}
    given = {name: value for name, value in loaded.items() if value is not None or name not in optional}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise SettingsError(f"{path}: {describe_validation(error.errors())}") from error


def is_loopback(host: str) -> bool:
    """Check whether only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Option:
    """A field at `path` of a settings model (the last name is its own, the others are groups), and its flags, if any.

    `heading` and `about` are those of its group in `--help`; without a heading it is listed first.
    """

    path: tuple[str, ...]
    heading: str
    about: str
    flags: tuple[str, ...]
    field: FieldInfo
    default: Any
    read: Callable[[str], Any] | None

    @property
    def dest(self) -> str:
        """The name of the field, with those of its groups."""
        return ".".join(self.path)

    @property
    def range(self) -> NumberRange | None:
        """Return the range that the field's annotation gives a number, None for a field that has none."""
        kinds, marks = {self.field.annotation, *get_args(self.field.annotation)}, self.field.metadata
        lows = [mark for mark in marks if isinstance(mark, Ge | Gt)]
        highs = [mark.le for mark in marks if isinstance(mark, Le)]
        if not kinds & {int, float} or not lows or not highs:
            return None
        low = lows[0].ge if isinstance(lows[0], Ge) else lows[0].gt
        return NumberRange(low, highs[0], whole=int in kinds, above=isinstance(lows[0], Gt))  # type: ignore[arg-type]


def options_of(
    model: type[BaseModel], defaults: BaseModel | None = None, prefix: str = "", path: tuple[str, ...] = ()
) -> Iterator[Option]:
    """Yield the options of a model; `defaults` is the instance that its group has by default."""
    heading = model.model_config.get("title") or ".".join(path)
    about = (model.__doc__ or "").partition("\n")[0] if path else ""
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=False) if defaults is None else getattr(defaults, name)
        marks = field.metadata
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            group = prefix if NO_PREFIX in marks else f"{prefix}{name}."
            inner = default if isinstance(default, BaseModel) else None
            yield from options_of(field.annotation, inner, group, (*path, name))
            continue
        own = next((mark for mark in marks if isinstance(mark, Flag)), Flag((name,)))
        flags = () if NO_FLAG in marks else tuple(f"--{prefix}{flag}" for flag in own.names)
        yield Option((*path, name), heading, about, flags, field, default, own.read)


def _add_flags(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    groups: dict[str, Any] = {"": parser}
    for option in options:
        if not option.flags:
            continue
        if option.heading not in groups:
            groups[option.heading] = parser.add_argument_group(option.heading, option.about)
        groups[option.heading].add_argument(*option.flags, **_flag_arguments(option))


def _flag_arguments(option: Option) -> dict[str, Any]:
    """Return the keyword arguments of `add_argument`. A flag that is not given leaves no value in the namespace."""
    kind, default = option.field.annotation, option.default
    arguments: dict[str, Any] = {
        "dest": option.dest,
        "default": argparse.SUPPRESS,
        "help": (option.field.description or "").replace("%", "%%"),
    }
    if kind is bool:
        return {**arguments, "action": "store_true"}
    if get_origin(kind) is Literal:
        arguments["choices"] = get_args(kind)
    else:
        arguments["metavar"] = option.flags[0].rpartition(".")[2].lstrip("-").upper()
    if get_origin(kind) is tuple and option.read is None:
        arguments["nargs"] = "*"
    if default is PydanticUndefined:
        arguments["required"] = True
    elif default not in (None, "", ()):
        arguments["help"] += f" (default: {_format(default)})"
    return arguments


def _format(default: Any) -> str:
    if isinstance(default, tuple):
        return " ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def _build(model: type[Model], options: Sequence[Option], given: Mapping[str, Any]) -> Model:
    """Return the model of the flags given (by `dest`) and the defaults of the others. Raises SettingsError."""
    values: dict[str, Any] = {}
    for option in options:
        group = values
        for name in option.path[:-1]:
            group = group.setdefault(name, {})
        if option.dest in given:
            value = given[option.dest]
            group[option.path[-1]] = option.read(value) if option.read else value
        elif option.default is not PydanticUndefined:
            group[option.path[-1]] = option.default
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_describe(error, options)) from error


def _describe(error: ValidationError, options: Sequence[Option]) -> str:
    """Describe the first problems in one line, each with its flag if it is that of one field, and a number's range."""
    problems = []
    for problem in error.errors():
        where = next((option for option in options if problem["loc"][: len(option.path)] == option.path), None)
        message = f"must be {where.range}" if where and where.range else problem["msg"]
        problems.append({"loc": where.flags[:1] if where else (), "msg": message})
    return describe_validation(problems)
