"""TRELLIS as a generator: options and loading, the two stages with their retries, and what is done with its splats.

options ← generator ← load; preview, merging and compensation stand alone
"""
