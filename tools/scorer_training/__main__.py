"""The commands of the small CLIP's training: render, train, ship, evaluate. See the package's docstring."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from serving.arguments import COUNT, POSITIVE, SEED, FlagParser
from tools.scorer_training.evaluation import evaluate, write_report
from tools.scorer_training.images import RenderPlan, render_dataset
from tools.scorer_training.shipping import NAME, ship
from tools.scorer_training.training import TrainingOptions, train
from validation.scoring.scorer import SCORERS


def main() -> int:
    """Run one command and return the exit status."""
    args = _parser().parse_args()
    if args.command == "render":
        render_dataset(args.out, RenderPlan(args.geometries, args.looks, args.asked, args.views, args.nulls))
    elif args.command == "train":
        chosen = {name: getattr(args, name) for name in ("steps", "rate", "width", "seed", "bf16")}
        train(args.data, TrainingOptions(**chosen), args.start)
    elif args.command == "ship":
        print(ship(args.data, args.version, args.out, args.assets))
    else:
        report = evaluate(args.scorer, args.shared)
        print(json.dumps(report, indent=1, default=float))
        if args.out:
            write_report(report, args.out)
    return 0


def _parser() -> FlagParser:
    plan, options = RenderPlan(), TrainingOptions()
    parser = FlagParser(prog="python -m tools.scorer_training")
    commands = parser.add_subparsers(dest="command", required=True)

    rendering = commands.add_parser("render", help="render the training images")
    rendering.add_argument("--out", type=Path, required=True, help="folder to write to")
    number: dict[str, Any] = {"type": COUNT, "metavar": "N"}
    rendering.add_argument(
        "--geometries", default=plan.geometries, help="shapes of each object (%(default)s)", **number
    )
    rendering.add_argument("--looks", default=plan.looks, help="plain looks of each shape (%(default)s)", **number)
    rendering.add_argument("--asked", default=plan.prompts, help="prompts of each shape (%(default)s)", **number)
    rendering.add_argument("--views", default=plan.views, help="views of each look or prompt (%(default)s)", **number)
    rendering.add_argument("--nulls", default=plan.nulls, help="images of nothing (%(default)s)", **number)

    training = commands.add_parser("train", help="train on the images")
    training.add_argument("--data", type=Path, required=True, help="folder with the images; the model is written there")
    training.add_argument("--steps", default=options.steps, help="training steps (%(default)s)", **number)
    training.add_argument("--width", default=options.width, help="width of the ResNet (%(default)s)", **number)
    training.add_argument("--seed", default=options.seed, help="random seed (%(default)s)", type=SEED)
    training.add_argument("--start", type=Path, help="model.pt to start from instead of random weights")
    training.add_argument("--rate", type=POSITIVE, default=options.rate, help="learning rate (%(default)s)")
    training.add_argument("--bf16", action="store_true", help="compute in bfloat16")

    shipping = commands.add_parser("ship", help="fit the constants and write the scorer's folder")
    shipping.add_argument("--data", type=Path, required=True, help="folder of the training run")
    shipping.add_argument("--version", type=COUNT, required=True, help="version of the new scorer")
    shipping.add_argument("--out", type=Path, default=SCORERS, help="parent of the new folder (%(default)s)")
    shipping.add_argument("--assets", type=COUNT, default=240, help="number of assets to fit to (%(default)s)")

    judging = commands.add_parser("evaluate", help="measure a scorer on what its model was not trained on")
    judging.add_argument("--scorer", default=NAME, help="name of the scorer (%(default)s)")
    judging.add_argument("--shared", type=Path, help="folder with hamburger.ply")
    judging.add_argument("--out", type=Path, help="file to write the figures to, as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
