"""One interface to the chain: the real one through the SDK, or the embedded devnet that local processes share."""
