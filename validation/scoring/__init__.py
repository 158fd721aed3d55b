"""The score of sixteen views for a prompt."""
