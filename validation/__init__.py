"""The validation service: a prompt and a splat become a score."""
