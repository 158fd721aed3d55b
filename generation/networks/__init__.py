"""The learned networks: architectures, released weights, cameras and samplers. Knows no splats and no service."""
