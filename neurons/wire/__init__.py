"""What neurons say to each other: signed HTTP requests and their replies, as SDK 10.5 sends them (docs/protocol.md).

synapses    the messages, as pydantic models
headers     the header fields, read and written; the bytes that their signature covers
dendrite    calls axons: signs a message, sends it, reads the reply within bounds
axon        serves messages: one route each, and the checks of a request in the order in which they happen
senders     who is served: registration, signature and nonce        bodies    size, number and pace of bodies
refusals    every answer other than 200                             clock     notices that this machine's clock is wrong

It knows neither the chain's SDK nor tasks and rewards: the handlers of the messages are passed in.
"""
