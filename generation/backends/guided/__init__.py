"""Text to splats by optimisation: a blob of splats is rendered, a guidance says what the pictures lack, and so on.

settings ← guidance ← (plan, blob, cloud, growth) ← optimise ← (distil) ← load
"""
