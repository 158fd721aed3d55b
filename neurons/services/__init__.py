"""Clients of the generation and validation services, used by both neurons."""
