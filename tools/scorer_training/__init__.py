"""Trains the small CLIP that ships with the project, on renders of the procedural generator's objects.

    python -m tools.scorer_training render --out FOLDER              # render the images (about 15 minutes on 2 cores)
    python -m tools.scorer_training train --data FOLDER              # train the model (about half an hour on 2 cores)
    python -m tools.scorer_training ship --data FOLDER --version N   # fit the constants, write to validation/scorers/
    python -m tools.scorer_training evaluate --scorer three-gen-small   # measure it on what it was not trained on

world       the objects, colours and materials, and what is held back for the evaluation
prompts     prompts of the prompter's grammar
captions    captions of images, and which captions are true of which images
images      renders with their labels, as files
training    the model, the loss, the loop
encoding    assets as the scorer sees them
shipping    the scorer's folder: weights, vocabulary, fitted constants
evaluation  the figures of docs/scoring.md
"""
