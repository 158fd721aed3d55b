"""Text to splat without a learned model: read the prompt, build the object from parts, lay shaded Gaussians on it."""
