"""What all HTTP services share: errors, guards, probes, metrics, draining. Nothing here knows splats or the subnet."""
