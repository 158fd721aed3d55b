"""The appearance of surfaces: materials, patterns, sampling, finishes."""
