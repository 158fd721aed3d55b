"""The bearer key with which a neuron calls its services. It is read again when a service refuses it."""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path

import httpx

from serving.changes import ChangeLog
from serving.settings import SettingsError, read_api_keys

logger = logging.getLogger(__name__)


class KeyFile(httpx.Auth):
    """Sends the first key of a file. Raises SettingsError if the file cannot be used at the start.

    A request that is answered 401 is sent once more if the file has another key by then, so that keys can be rotated
    without a restart.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key = read_api_keys(path)[0]
        self._log = ChangeLog(logger, f"the key file {path} can be read again")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request with the key, and after a 401 with the file's new key."""
        sent = self._key
        request.headers["Authorization"] = f"Bearer {sent}"
        response = yield request
        if response.status_code == 401 and self._read_again() != sent:
            request.headers["Authorization"] = f"Bearer {self._key}"
            yield request

    def _read_again(self) -> str:
        try:
            self._key = read_api_keys(self._path)[0]
        except SettingsError as error:
            self._log.note(f"{error}; the last key stays in use")
        else:
            self._log.note()
        return self._key


def key_file(path: Path | None) -> KeyFile | None:
    """Return the `auth` of an HTTP client for services that require a key, None without a file."""
    return None if path is None else KeyFile(path)
