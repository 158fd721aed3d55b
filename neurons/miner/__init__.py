"""The miner neuron: pulls tasks from validators, generates splats and submits them."""
