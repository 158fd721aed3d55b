"""Jobs from queue to results."""
