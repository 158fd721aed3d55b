"""Text to splats by optimisation: splats are rendered, a diffusion model gives the gradient of the images, Adam steps.

settings ← guidance ← (plan, initial_ball, parameters, densification) ← optimise ← (distil) ← load
"""
