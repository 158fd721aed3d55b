"""The generation service: a prompt becomes a splat."""
