"""Text to splat without a learned model: reads the prompt, builds the object from parts, lays shaded Gaussians on it."""
