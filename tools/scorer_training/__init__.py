"""Trains the small CLIP that ships with the project, on renders of the procedural generator's objects.

    python -m tools.scorer_training pictures --out FOLDER  # renders the training pictures (about 15 minutes on 2 cores)
    python -m tools.scorer_training train --data FOLDER       # trains (about half an hour on 2 cores)
    python -m tools.scorer_training ship --data FOLDER --version N      # fits the constants, writes validation/scorers/
    python -m tools.scorer_training evaluate --scorer three-gen-small   # measures it on what it never saw

world      what there is to see and what of it is held back
captions   what is said of a picture, and which captions are true of which pictures
pictures   renders with their labels, as files
training   the model, the loss, the loop
evaluation the figures of docs/scoring.md
"""
