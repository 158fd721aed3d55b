"""The shared core: the splat data model, file codecs, cameras, renderers and video.

Pure functions over arrays: no logging, no globals, no network.
"""
