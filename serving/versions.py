"""The version of this project as installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """For /version/ and OpenAPI; a checkout that was never installed has none and says so."""
    try:
        return version("three-gen-subnet")
    except PackageNotFoundError:
        return "0+not.installed"
