"""TRELLIS's networks in plain PyTorch: text to a sparse structure of voxels, to latents on it, to Gaussian splats.

Xiang et al. 2024 (arXiv 2412.01506). Tensors have the released names, so that files load strictly.

args, voxels ← layers ← sparse, structure, latents, gaussians; args ← sampler, text; all of them ← pipeline

Shapes: B samples, N occupied voxels of one object, M their parents at half the resolution, C channels, H heads of width
d, L tokens of a text. Coordinates are integers from 0. Objects have z up until `gaussians.to_world` turns them.
"""
