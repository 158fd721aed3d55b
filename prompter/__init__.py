"""Prompt supply: generators that write prompts and the collector that keeps them."""
