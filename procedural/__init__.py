"""The procedural generator: text to splats from parts, without a learned model. Imports `splats` only."""
