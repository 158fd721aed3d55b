"""The validator neuron: hands out tasks, has results judged, pays for them in weights."""
