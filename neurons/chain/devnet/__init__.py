"""A chain for local networks and tests: an SQLite file, blocks by the clock, rules and errors of the real chain."""
