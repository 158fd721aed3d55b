"""Miner and validator neurons: the subnet itself. Assets are opaque bytes here."""
