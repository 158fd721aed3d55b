"""The prompt generator: writes prompts by category until stopped, filters them and submits them to a collector."""
