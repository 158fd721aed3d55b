"""Keeps what generators submit and gives it to validators: one SQLite file behind an HTTP service."""
