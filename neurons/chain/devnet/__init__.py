"""A chain for local networks and tests: one SQLite file, blocks by the clock, the real chain's rules and refusals."""
