"""The chain behind one interface: the real one through the SDK, or the embedded devnet of local processes."""
