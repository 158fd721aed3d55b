"""The collector: an HTTP service over one SQLite file that stores generators' prompts and serves them to validators."""
