"""The validator's axon: the server of `neurons.wire`, with the desk behind its handlers."""
