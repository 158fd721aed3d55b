"""A chain for local networks and tests: an SQLite file, with the rules and errors of the real chain."""
