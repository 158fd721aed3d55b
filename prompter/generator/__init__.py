"""Makes prompts for ever: asks a backend by category, filters, and submits to a collector."""
