"""Times of the file codecs beside gsply's own calls, and the sizes of the files.

python -m benchmarks.codecs [--rounds 9]    prints a Markdown table; medians of wall-clock milliseconds

gsply works on paths only, so its calls here go through a temporary file and include none of our checks.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import gsply
import torch

from splats import codecs
from splats.model import Splats

ROW = "| {:>7,} | {} | {:>6} | {:>5.2f} | {:>6.1f} | {:>6.1f} | {:>6.1f} | {:>6.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print("| splats | degree | format | MB | decode ms | encode ms | gsply read ms | gsply write ms |")
    print("|---|---|---|---|---|---|---|---|")
    for n in (50_000, 200_000):
        for degree in (0, 3):
            splats = shell(n, degree)
            measure("PLY", splats, codecs.encode_ply, gsply.plyread, gsply.plywrite, rounds)
            measure("SPZ", splats, codecs.encode_spz, gsply.read_spz, gsply.write_spz, rounds)


def shell(n: int, degree: int) -> Splats:
    """`n` small splats on a bumpy sphere with smooth colours, so that SPZ compresses about as it does real objects."""
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
        theirs = gsply.GSData.from_arrays(  # from arrays, as a program has them that made the splats
            means=theirs.means,
            scales=theirs.scales,
            quats=theirs.quats,
            opacities=theirs.opacities,
            sh0=theirs.sh0,
            shN=theirs.shN if splats.sh_degree else None,
            format="ply",
        )
        times = (
            median_ms(lambda: codecs.decode(data), rounds),
            median_ms(lambda: encode(splats), rounds),
            median_ms(lambda: gsply_read(path), rounds),
            median_ms(lambda: gsply_write(Path(folder) / "out.ply", theirs), rounds),
        )
    print(ROW.format(len(splats), splats.sh_degree, name, len(data) / 1e6, *times))


def median_ms(call: Callable[[], object], rounds: int) -> float:
    call()  # compiles what is to be compiled
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
