"""Trains the small CLIP that ships with the project, on renders of the procedural generator's objects.

    python -m tools.small_clip pictures --out FOLDER     # renders the training pictures (about 15 minutes on 2 cores)
    python -m tools.small_clip train --data FOLDER       # trains (about half an hour on 2 cores)
    python -m tools.small_clip ship --data FOLDER --version N      # fits the constants, writes validation/scorers/
    python -m tools.small_clip evaluate --scorer three-gen-small   # measures it on what it never saw

world      what there is to see and what of it is held back
captions   what is said of a picture, and which captions are true of which pictures
pictures   renders with their labels, as files
training   the model, the loss, the loop
evaluation the figures of docs/scoring.md
"""
