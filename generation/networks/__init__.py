"""The learned networks: architectures, checkpoints, cameras and samplers, without any service around them.

schedule, cameras, checkpoints ← unet, autoencoder, text, lgm, matting ← diffusion ← distillation, four_views
checkpoints ← trellis

diffusers and transformers are imported when a network is made, not with its module.
"""
