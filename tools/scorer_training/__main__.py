"""Commands of the small CLIP's training: pictures, train, ship, evaluate. See the package's docstring."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.scorer_training.evaluation import evaluate, write_report
from tools.scorer_training.pictures import Plan, render_all
from tools.scorer_training.shipping import NAME, ship
from tools.scorer_training.training import Recipe, train
from validation.scoring.scorer import SCORERS


def main() -> int:
    """Runs one command."""
    plan, recipe = Plan(), Recipe()
    parser = argparse.ArgumentParser(prog="python -m tools.scorer_training", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    pictures = commands.add_parser("pictures", help="render the training pictures")
    pictures.add_argument("--out", type=Path, required=True)
    for name, default in (
        *(("geometries", plan.geometries), ("looks", plan.looks), ("asked", plan.asked)),
        *(("views", plan.views), ("nulls", plan.nulls)),
    ):
        pictures.add_argument(f"--{name}", type=int, default=default)
    training = commands.add_parser("train", help="train on them")
    training.add_argument("--data", type=Path, required=True)
    for name, default in (("steps", recipe.steps), ("width", recipe.width), ("seed", recipe.seed)):
        training.add_argument(f"--{name}", type=int, default=default)
    training.add_argument("--start", type=Path, help="model.pt to go on from, instead of random weights")
    training.add_argument("--rate", type=float, default=recipe.rate)
    training.add_argument("--bf16", action="store_true", help="compute in bfloat16")
    shipping = commands.add_parser("ship", help="fit the constants and write the scorer's folder")
    shipping.add_argument("--data", type=Path, required=True)
    shipping.add_argument("--version", type=int, required=True)
    shipping.add_argument("--out", type=Path, default=SCORERS, help="where the folder goes (%(default)s)")
    shipping.add_argument("--assets", type=int, default=240, help="fitted to that many (%(default)s)")
    judging = commands.add_parser("evaluate", help="measure a scorer on what its model never saw")
    judging.add_argument("--scorer", default=NAME)
    judging.add_argument("--shared", type=Path, help="folder with hamburger.ply")
    judging.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.command == "pictures":
        render_all(args.out, Plan(args.geometries, args.looks, args.asked, args.views, args.nulls))
    elif args.command == "train":
        chosen = {name: getattr(args, name) for name in ("steps", "rate", "width", "seed", "bf16")}
        train(args.data, Recipe(**chosen), args.start)
    elif args.command == "ship":
        print(ship(args.data, args.version, args.out, args.assets))
    else:
        report = evaluate(args.scorer, args.shared)
        print(json.dumps(report, indent=1, default=float))
        if args.out:
            write_report(report, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
