"""From 16 views and a prompt to a score."""
