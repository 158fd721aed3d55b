"""The HTTP shell every service wears: errors, guards, probes, metrics, draining.

Knows nothing of splats or the subnet.
"""
