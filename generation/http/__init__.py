"""Routes and pages of the generation service."""
