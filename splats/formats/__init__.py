"""The file formats, PLY and SPZ, and what they share: limits, bounded decompression, raw values."""
