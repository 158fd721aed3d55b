"""The learned networks: architectures, released weights, cameras and samplers. Knows no service, queue or renderer.

schedule, cameras ← unet, autoencoder, text, lgm, matting ← checkpoints, weights ← diffusion ← distillation, four_views

diffusers and transformers are imported where a network is made, never when a module is.
"""
