"""Where a service listens, who may speak to it, how it logs: the part of the settings that all services share.

Command line first, then the service's own YAML file; read once in `main()`, frozen afterwards.
"""

from __future__ import annotations

import argparse
import ipaddress
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from serving.errors import describe_validation

Model = TypeVar("Model", bound=BaseModel)

_CONFIG_MAX_BYTES = 1 << 20
_KEY_MIN_CHARS = 16


class SettingsError(Exception):
    """Settings that cannot be; the message is one line for the operator."""


class ShellSettings(BaseModel):
    """The shared flags. Raises ValidationError for a bind outside this machine without a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)]
    allowed_hosts: tuple[str, ...] = ()
    api_keys: Annotated[tuple[str, ...], Field(repr=False)] = ()
    insecure: bool = False
    logging: Literal["plain", "json"] = "plain"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_s: Annotated[float, Field(ge=0, le=300)] = 20.0
    """Work accepted before a stop may go on this long; with uvicorn's own bound the whole stop stays under 30 s."""

    @model_validator(mode="after")
    def _key_beyond_loopback(self) -> ShellSettings:
        if not is_loopback(self.host) and not self.api_keys and not self.insecure:
            raise ValueError(f"--host {self.host} is reachable from outside: give --api_key_file FILE, or --insecure")
        return self


def add_shell_arguments(parser: argparse.ArgumentParser, default_port: int) -> None:
    """Add the flags of `ShellSettings` to a service's parser."""
    group = parser.add_argument_group("serving")
    group.add_argument("--host", default="127.0.0.1", help="address to bind (%(default)s)")
    group.add_argument("--port", type=int, default=default_port, help="port to bind (%(default)s)")
    group.add_argument(
        "--allowed_hosts", nargs="*", default=[], metavar="NAME", help="further names for the Host header"
    )
    group.add_argument("--api_key_file", metavar="FILE", help="bearer keys, one a line; needed beyond loopback")
    group.add_argument("--insecure", action="store_true", help="bind beyond loopback without a key")
    group.add_argument("--logging", choices=["plain", "json"], default="plain", help="log format (%(default)s)")
    group.add_argument("--log_level", choices=["debug", "info", "warning", "error"], default="info")


def shell_settings(args: argparse.Namespace) -> ShellSettings:
    """The shared settings from parsed flags. Raises SettingsError."""
    try:
        return ShellSettings(
            host=args.host,
            port=args.port,
            allowed_hosts=tuple(args.allowed_hosts),
            api_keys=read_api_keys(Path(args.api_key_file)) if args.api_key_file else (),
            insecure=args.insecure,
            logging=args.logging,
            log_level=args.log_level,
        )
    except ValidationError as error:
        raise SettingsError(describe_validation(error.errors())) from error


def read_api_keys(path: Path) -> tuple[str, ...]:
    """The keys of a file, one a line, so that an old one may stay valid while clients change. Raises SettingsError."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the key file {path}: {error}") from error
    keys = tuple(line.strip() for line in lines if line.strip())
    if not keys:
        raise SettingsError(f"the key file {path} is empty")
    if any(len(key) < _KEY_MIN_CHARS or " " in key for key in keys):
        raise SettingsError(f"each key in {path} must have at least {_KEY_MIN_CHARS} characters and no space")
    return keys


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A settings model from a YAML file; unknown names are errors if the model forbids extras. Raises SettingsError."""
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
        raise SettingsError(f"{path} must hold names and values, not a {type(loaded).__name__}")
    try:
        return model.model_validate(loaded)
    except ValidationError as error:
        raise SettingsError(f"{path}: {describe_validation(error.errors())}") from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
