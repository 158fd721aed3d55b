"""The parts that all HTTP services share: errors, guards, probes, metrics, settings and a graceful stop."""
