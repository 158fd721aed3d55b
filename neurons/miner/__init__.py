"""The miner neuron: asks validators for tasks, has splats made, sends them back. Knows no splat and no model."""
