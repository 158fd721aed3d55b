"""The shared core: the splat data model, file codecs, cameras, renderers, video and exports.

Pure functions over arrays: no logging, no globals, no network. Knows nothing of HTTP, prompts or the subnet.
"""
