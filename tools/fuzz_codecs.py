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

from serving.arguments import COUNT, SEED, FlagParser
from splats import codecs
from splats.errors import DECODE_CODES, DecodeError
from splats.formats.limits import MAX_SPLATS
from splats.model import TENSORS, Splats

SLOW_S = 10.0
MAX_DETAIL_CHARS = 400
INTERESTING = (0, 1, 2, 3, 9, 10, 13, 32, 45, 46, 48, 57, 101, 110, 127, 128, 254, 255)
NUMBERS = (0, 1, 2**20, 2**31, 2**32 - 1, 0x7F800000, 0x7FC00000, 0x7149F2CA, 0xF149F2CA, 0x42C80000, 0xC2C80000)
"""Counts; and as float32 infinity, NaN, 1e30, -1e30, 100, -100."""


def _members(compress: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return `compress` in two members, the first one short, with zeros behind them."""
    return lambda data: compress(data[:10]) + compress(data[10:]) + bytes(8)


_zstd = zstandard.ZstdCompressor(level=1).compress
WRAPS: tuple[Callable[[bytes], bytes], ...] = (bytes, gzip.compress, _zstd, _members(gzip.compress), _members(_zstd))
WORDS = (
    b"nan inf -inf 1e400 -1 0 1 999999 1000000 1000001 4294967295 18446744073709551615 ascii binary_big_endian double "
    b"uchar list element property vertex face chunk sh end_header f_rest_0 rot_0 x scale_2 filter_3D red NGSP ply"
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
    """Return small valid files (kind, bytes) of every supported layout; SPZ of versions 2 and 3 uncompressed."""
    seeds = []
    for degree in range(4):
        splats = _splats(3, degree)
        ply = codecs.encode_ply(splats)
        payload = gzip.decompress(codecs.encode_spz(splats))
        version_2 = gzip.decompress(codecs.encode_spz(splats, 2))
        seeds += [("ply", ply), ("ply", _as_text(ply)), ("ply", _big_endian(ply))]
        seeds += [("spz", payload), ("spz", version_2), ("spz", _as_version_4(payload))]
    records = struct.pack("<II3fIII", 0xADBE0002, 12, 0, 1, 1, 0xADBE0003, 4, 4)
    for deep in (_degree_4(payload), _degree_4(version_2)):  # with the antialiased mark and extension records
        seeds.append(("spz", deep[:14] + b"\3" + deep[15:] + records))
    seeds.append(("spz", _as_version_4(seeds[-2][1], records)))
    ply = seeds[0][1]
    return [*seeds, *(("ply", file) for file in (*_foreign(ply), *_other_columns(ply), *_chunked()))]


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
            wrap = chance.choice(WRAPS)
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


def _foreign(ply: bytes) -> list[bytes]:
    """Return `ply` and its text among other elements: numbers and lists ahead of the splats, lists behind them."""
    ahead = b"element camera 1\nproperty double focal\nproperty uchar kind\n"
    ahead += b"element strip 2\nproperty short kind\nproperty list uint8 float weights\nproperty list int uchar name\n"
    behind = b"element face 1\nproperty list uchar int vertex_indices\n"
    rows = bytes(9) + struct.pack("<hBfi3s", 1, 1, 0.5, 3, b"abc") + struct.pack("<hBi", 2, 0, 0)
    files = []
    for file, body in ((ply, rows), (_as_text(ply), b"1.5 2\n1 1 0.5 3 97 98 99\n2 0 0\n")):
        header, end, splats = file.partition(b"end_header\n")
        front, vertex, properties = header.partition(b"element vertex")
        files.append(front + ahead + vertex + properties + behind + end + body + splats + b"\n\3" + bytes(12))
    return files


def _other_columns(ply: bytes) -> list[bytes]:
    """Return a flat file (2DGS), one with red green blue, one with filter_3D and marks, one with a byte-order mark."""
    return [
        ply.replace(b"scale_2", b"thickness"),
        ply.replace(b"f_dc_0", b"red").replace(b"f_dc_1", b"green").replace(b"f_dc_2", b"blue"),
        ply.replace(b"float nx", b"float filter_3D").replace(b"element", b"comment SplatRenderMode: mip\nelement", 1),
        b"\xef\xbb\xbf" + ply + bytes(16),
    ]


def _chunked() -> list[bytes]:
    """Return chunk-compressed files with and without limits of the colours and harmonics."""
    files = []
    for channels, degree in (("", 0), ("rgb", 1)):
        kinds = ("x", "y", "z", "scale_x", "scale_y", "scale_z", *channels)
        names = [f"{end}_{kind}" for end in ("min", "max") for kind in kinds]
        lines = [
            "ply",
            "format binary_little_endian 1.0",
            "element chunk 1",
            *(f"property float {name}" for name in names),
        ]
        lines += [
            "element vertex 2",
            *(f"property uint packed_{name}" for name in ("position", "rotation", "scale", "color")),
        ]
        lines += ["element sh 2", *(f"property uchar f_rest_{i}" for i in range(9))] if degree else []
        limits = np.linspace(-2, 1, len(names), dtype="<f4").tobytes()
        words = struct.pack("<8I", *(0x12345678 * i % 2**32 for i in range(1, 9)))
        files.append("\n".join([*lines, "end_header\n"]).encode() + limits + words + bytes(range(18 * degree)))
    return files


def _degree_4(payload: bytes) -> bytes:
    """Convert a payload of degree 3 to degree 4, with 27 bytes of 200 more for each splat."""
    count = int.from_bytes(payload[8:12], "little")
    start = len(payload) - 45 * count
    rows = [payload[at : at + 45] + bytes([200] * 27) for at in range(start, len(payload), 45)]
    return payload[:12] + b"\4" + payload[13:start] + b"".join(rows)


def _as_version_4(payload: bytes, records: bytes = b"") -> bytes:
    count, degree = int.from_bytes(payload[8:12], "little"), payload[12]
    streams, table, at = [], b"", 16
    for size in (9, 1, 3, 3, 4, 3 * ((degree + 1) ** 2 - 1)):
        if size:
            streams.append(WRAPS[2](payload[at : at + size * count]))
            table += struct.pack("<QQ", len(streams[-1]), size * count)
            at += size * count
    header = payload[:4] + b"\4" + payload[5:15] + struct.pack("<BI12x", len(streams), 32 + len(records))
    return header + records + table + b"".join(streams)


if __name__ == "__main__":
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=COUNT, default=20_000)
    parser.add_argument("--seed", type=SEED, default=1)
    parser.add_argument("--atheris", action="store_true", help="let atheris (libFuzzer) generate the inputs")
    arguments = parser.parse_args()
    (run_atheris if arguments.atheris else run_builtin)(arguments.runs, arguments.seed)
