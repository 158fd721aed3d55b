"""What a surface looks like: materials, patterns, sampling, finishes."""
