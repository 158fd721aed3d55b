"""Triangle shapes: primitives, sweeps, signed distance fields."""
