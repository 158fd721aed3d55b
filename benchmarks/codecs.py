"""Time the file codecs and gsply's own calls, and print the sizes of the files.

python -m benchmarks.codecs [--rounds 9]    prints a Markdown table; medians of wall-clock milliseconds

gsply takes only paths, so its calls go through a temporary file; it makes none of our checks.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import gsply
import torch

from benchmarks.timing import median_s
from serving.arguments import COUNT, FlagParser
from splats import codecs
from splats.model import Splats

ROW = "| {:>7,} | {} | {:>6} | {:>5.2f} | {:>6.1f} | {:>6.1f} | {:>6.1f} | {:>6.1f} |"


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=9)
    rounds = parser.parse_args().rounds
    print("| splats | degree | format | MB | decode ms | encode ms | gsply read ms | gsply write ms |")
    print("|---|---|---|---|---|---|---|---|")
    for n in (50_000, 200_000):
        for degree in (0, 3):
            splats = shell(n, degree)
            measure("PLY", splats, codecs.encode_ply, gsply.plyread, gsply.plywrite, rounds)
            measure("SPZ", splats, codecs.encode_spz, gsply.read_spz, gsply.write_spz, rounds)


def shell(n: int, degree: int) -> Splats:
    """Return `n` small splats on a bumpy sphere with smooth colours, which SPZ compresses much like real objects."""
    generator = torch.Generator().manual_seed(0)
    direction = torch.nn.functional.normalize(torch.randn(n, 3, generator=generator), dim=1)
    radius = 0.4 + 0.05 * torch.sin(direction * 9).prod(dim=1, keepdim=True)
    sh = 0.1 * torch.randn(n, (degree + 1) ** 2, 3, generator=generator)
    sh[:, 0] += direction
    return Splats(
        means=direction * radius,
        quats=torch.nn.functional.normalize(torch.randn(n, 4, generator=generator), dim=1),
        scales=0.004 * torch.exp(0.4 * torch.randn(n, 3, generator=generator)),
        opacities=torch.rand(n, generator=generator).sqrt(),
        sh=sh,
    )


def measure(
    name: str,
    splats: Splats,
    encode: Callable[[Splats], bytes],
    gsply_read: Callable[[Path], gsply.GSData],
    gsply_write: Callable[[Path, gsply.GSData], None],
    rounds: int,
) -> None:
    data = encode(splats)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.bin"
        path.write_bytes(data)
        theirs = gsply_read(path)
        theirs = gsply.GSData.from_arrays(  # from arrays, as a program that generated the splats has them
            means=theirs.means,
            scales=theirs.scales,
            quats=theirs.quats,
            opacities=theirs.opacities,
            sh0=theirs.sh0,
            shN=theirs.shN if splats.sh_degree else None,
            format="ply",
        )
        times = (
            median_s(lambda: codecs.decode(data), rounds),
            median_s(lambda: encode(splats), rounds),
            median_s(lambda: gsply_read(path), rounds),
            median_s(lambda: gsply_write(Path(folder) / "out.ply", theirs), rounds),
        )
    print(ROW.format(len(splats), splats.sh_degree, name, len(data) / 1e6, *(1000 * seconds for seconds in times)))


if __name__ == "__main__":
    main()
