"""Loads the SDK once, before any test: imported later, it would silence the loggers that exist by then."""

from neurons.chain.opening import load_sdk

load_sdk()
