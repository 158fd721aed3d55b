"""Time the turntable video, as a whole and by part, the contact sheet and the single image.

python -m benchmarks.video [--rounds 3] [--device cuda]    prints a Markdown table; medians of wall-clock seconds
"""

from __future__ import annotations

import argparse
import os

import torch

from benchmarks.render import shell
from benchmarks.timing import median_times
from serving.arguments import COUNT, FlagParser
from splats.camera import orbit
from splats.render import render, renderer_name, to_uint8, warm_up
from splats.video import contact_sheet_png, framing_radius, image_png, turntable_mp4

FRAMES = 72


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = parser.parse_args()
    rounds, device = arguments.rounds, arguments.device
    warm_up(device)
    splats = shell(50_000).to(device)
    print(f"`python -m benchmarks.video --rounds {rounds} --device {device}`: {renderer_name(device)},", end=" ")
    print(f"{os.cpu_count()} cores,", end=" ")
    print(f"torch threads {torch.get_num_threads()}; 50,000 splats; {FRAMES} frames a video\n")
    print("| what | wall s | CPU s | size |")
    print("|---|---|---|---|")
    for size_px in (512, 1088):
        wall, cpu = median_times(lambda s=size_px: turntable_mp4(splats, size_px=s), rounds)
        size = len(turntable_mp4(splats, size_px=size_px))
        print(f"| turntable {size_px} px | {wall:.2f} | {cpu:.2f} | {size / 1e6:.2f} MB |")
        cameras = orbit(
            [i * 90 for i in range(4)], [15] * 4, radius=framing_radius(splats), width=size_px, height=size_px
        )
        wall, cpu = median_times(lambda c=cameras: to_uint8(render(splats, c).images).cpu(), rounds)
        print(f"| of which rendering | {wall * FRAMES / 4:.2f} | {cpu * FRAMES / 4:.2f} | |")
    for name, image in (("contact sheet, 8 × 256 px", contact_sheet_png), ("image, 512 px", image_png)):
        wall, cpu = median_times(lambda i=image: i(splats), rounds)
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {len(image(splats)) / 1e6:.2f} MB |")


if __name__ == "__main__":
    main()
