"""Clients of the generation and validation services."""
