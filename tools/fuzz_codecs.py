"""Decode damaged files and check that each gives valid splats or a DecodeError, within bounds.

python -m tools.fuzz_codecs --runs 20000              the built-in mutator: the same inputs for the same --seed
python -m tools.fuzz_codecs --atheris --runs 100000   guided by coverage; needs `pip install atheris`

Both damage many files before compression, so that the damage gets past the checksums.
"""

from __future__ import annotations

import argparse
import gzip
import random
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import numpy as np
import torch
import zstandard

from splats import codecs
from splats.errors import DECODE_CODES, DecodeError
from splats.formats.limits import MAX_SPLATS
from splats.model import TENSORS, Splats

SLOW_S = 10.0
MAX_DETAIL_CHARS = 400
INTERESTING = (0, 1, 2, 3, 9, 10, 13, 32, 45, 46, 48, 57, 101, 110, 127, 128, 254, 255)
NUMBERS = (0, 1, 2**20, 2**31, 2**32 - 1, 0x7F800000, 0x7FC00000, 0x7149F2CA, 0xF149F2CA, 0x42C80000, 0xC2C80000)
"""Counts; and as float32 infinity, NaN, 1e30, -1e30, 100, -100."""

WRAPS: tuple[Callable[[bytes], bytes], ...] = (bytes, gzip.compress, zstandard.ZstdCompressor(level=1).compress)
WORDS = (
    b"nan inf -inf 1e400 -1 0 1 999999 1000000 1000001 4294967295 18446744073709551615 ascii binary_big_endian double "
    b"uchar list element property vertex face end_header f_rest_0 rot_0 x NGSP ply"
).split()


class ContractViolation(Exception):
    """A decoder returned invalid splats or took too long; the message says which."""


def check(data: bytes) -> str:
    """Decode `data` and return "ok" or the code of the refusal.

    Raises ContractViolation, or whatever the decoder raised instead of a DecodeError.
    """
    try:
        splats = codecs.decode(data)
    except DecodeError as error:
        if error.code not in DECODE_CODES or len(error.detail) > MAX_DETAIL_CHARS:
            raise ContractViolation(f"invalid refusal: {error.code}, {len(error.detail)} characters") from error
        return error.code
    if not 1 <= len(splats) <= MAX_SPLATS:
        raise ContractViolation(f"{len(splats)} splats")
    for name in TENSORS:
        if not torch.isfinite(getattr(splats, name)).all():
            raise ContractViolation(f"{name} is not finite")
    if not (splats.scales > 0).all() or ((splats.opacities < 0) | (splats.opacities > 1)).any():
        raise ContractViolation("scales or opacities out of their range")
    if ((splats.quats.norm(dim=1) - 1).abs() > 1e-5).any():
        raise ContractViolation("quaternions are not of unit length")
    return "ok"


def seed_files() -> list[tuple[str, bytes]]:
    """Return small valid files (kind, bytes) of every supported layout; SPZ of versions 2 and 3 without gzip."""
    seeds = []
    for degree in range(4):
        splats = _splats(3, degree)
        ply = codecs.encode_ply(splats)
        payload = gzip.decompress(codecs.encode_spz(splats))
        seeds += [("ply", ply), ("ply", _as_text(ply)), ("ply", _big_endian(ply))]
        seeds += [("spz", payload), ("spz", _as_version_2(payload)), ("spz", _as_version_4(payload))]
    header, _, rows = seeds[0][1].partition(b"element vertex")
    camera = b"element camera 1\nproperty double focal\nproperty uchar kind\n"
    front, end, body = rows.partition(b"end_header\n")
    faces = b"element face 1\nproperty list uchar int vertex_indices\n"
    foreign = header + camera + b"element vertex" + front + faces + end + bytes(9) + body + b"\3" + bytes(12)
    return [*seeds, ("ply", foreign)]


def damage(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with one to six changes, usually one: bytes, numbers, words, cuts, repeats, lost lines."""
    out = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        if len(out) < 4:
            break
        # In the headers, anywhere, or at a multiple of four bytes from the end.
        offsets = (
            chance.randrange(min(len(out), 300)),
            chance.randrange(len(out)),
            -4 * chance.randrange(len(out) // 4),
        )
        at = chance.choice(offsets) % len(out)
        match chance.randrange(10):
            case 0 | 1:
                out[at] = chance.choice(INTERESTING)
            case 2 | 3:
                out[at] = chance.randrange(256)
            case 4 | 5:
                out[at : at + 4] = struct.pack("<I", chance.choice(NUMBERS))[: len(out) - at]
            case 6:
                word = chance.choice(WORDS)
                out[at : at + len(word) * chance.randrange(2)] = word
            case 7:
                del out[at : at + chance.randrange(1, 40)]
            case 8:
                out[at:at] = out[at : at + chance.randrange(1, 200)]
            case _:
                start = out.rfind(b"\n", 0, at) + 1
                out[start : out.find(b"\n", at) + 1] = b""
    return bytes(out)


def run_builtin(runs: int, seed: int) -> None:
    """Check `runs` damaged files and print the results by kind. Raises at the first violation."""
    chance, seeds = random.Random(seed), seed_files()
    results: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    for number in range(runs):
        kind, data = chance.choice(seeds)
        if kind == "spz" and data[4] != 4:  # versions 2 and 3: damage before or after compression
            wrap = chance.choice(WRAPS[1:])
            data = wrap(damage(data, chance)) if chance.random() < 0.7 else damage(wrap(data), chance)
        else:
            data = damage(data, chance)
        start = time.perf_counter()
        try:
            results[kind, check(data)] += 1
        except Exception:
            print(f"input {number} of seed {seed}: {data[:200]!r}")
            raise
        slowest = max(slowest, time.perf_counter() - start)
        if slowest > SLOW_S:
            raise ContractViolation(f"input {number} of seed {seed} took {slowest:.1f} s")
    for kind in ("ply", "spz"):
        counts = {code: n for (of, code), n in sorted(results.items()) if of == kind}
        print(f"{kind}: {sum(counts.values()):,} inputs: " + ", ".join(f"{n:,} {code}" for code, n in counts.items()))
    print(f"slowest input: {1000 * slowest:.0f} ms")


def run_atheris(runs: int, seed: int) -> None:
    """Check `runs` inputs generated by libFuzzer; an input's first byte selects the compression of the rest."""
    import atheris

    for name, module in list(sys.modules.items()):
        if name.startswith("splats."):
            for item in vars(module).values():
                if isinstance(item, FunctionType) and item.__module__ == name:
                    atheris.instrument_func(item)

    def target(data: bytes) -> None:
        if data:
            check(WRAPS[data[0] % len(WRAPS)](data[1:]))

    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, data) in enumerate(seed_files()):
            wrap = 1 if kind == "spz" and data[4] != 4 else 0
            (Path(folder) / str(number)).write_bytes(bytes([wrap]) + data)
        atheris.Setup([sys.argv[0], f"-runs={runs}", f"-seed={seed}", "-max_len=8192", "-timeout=10", folder], target)
        atheris.Fuzz()


def _splats(n: int, degree: int) -> Splats:
    generator = torch.Generator().manual_seed(degree)
    quats = torch.randn(n, 4, generator=generator)
    return Splats(
        torch.rand(n, 3, generator=generator) - 0.5,
        quats / quats.norm(dim=1, keepdim=True),
        torch.rand(n, 3, generator=generator) * 0.1 + 0.001,
        torch.rand(n, generator=generator),
        torch.rand(n, (degree + 1) ** 2, 3, generator=generator) - 0.5,
    )


def _rows(ply: bytes) -> tuple[bytes, np.ndarray]:
    header, end, body = ply.partition(b"end_header\n")
    return header + end, np.frombuffer(body, "<f4").reshape(3, -1)


def _as_text(ply: bytes) -> bytes:
    header, rows = _rows(ply)
    text = "\n".join(" ".join(f"{value:.6g}" for value in row) for row in rows.tolist())
    return header.replace(b"binary_little_endian", b"ascii") + text.encode()


def _big_endian(ply: bytes) -> bytes:
    header, rows = _rows(ply)
    return header.replace(b"little", b"big") + rows.astype(">f4").tobytes()


def _as_version_2(payload: bytes) -> bytes:
    """Convert a version 3 payload to version 2, with the bytes 200 100 50 for every rotation."""
    count = int.from_bytes(payload[8:12], "little")
    at = 16 + 16 * count
    return payload[:4] + b"\2" + payload[5:at] + bytes([200, 100, 50]) * count + payload[at + 4 * count :]


def _as_version_4(payload: bytes) -> bytes:
    count, degree = int.from_bytes(payload[8:12], "little"), payload[12]
    streams, table, at = [], b"", 16
    for size in (9, 1, 3, 3, 4, 3 * ((degree + 1) ** 2 - 1)):
        if size:
            streams.append(WRAPS[2](payload[at : at + size * count]))
            table += struct.pack("<QQ", len(streams[-1]), size * count)
            at += size * count
    header = payload[:4] + b"\4" + payload[5:15] + struct.pack("<BI12x", len(streams), 32)
    return header + table + b"".join(streams)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="let atheris (libFuzzer) generate the inputs")
    arguments = parser.parse_args()
    (run_atheris if arguments.atheris else run_builtin)(arguments.runs, arguments.seed)
