"""The file formats, one module each, and what they share: limits, bounded decompression, raw values."""
