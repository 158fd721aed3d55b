"""Ask a running validation service to score a splat, and print the response. The exit status is 0 if it was scored.

python mocks/check_validation.py pink_bicycle.spz --prompt "pink bicycle"
python mocks/check_validation.py pink_bicycle.spz --prompt "green dragon" --preview views.png
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TIMEOUT_S = 120


def ask(endpoint: str, request: dict[str, Any], key: str | None) -> tuple[int, dict[str, Any]]:
    """Send POST /validate/ and return status and JSON."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    message = urllib.request.Request(f"{endpoint.rstrip('/')}/validate/", json.dumps(request).encode(), headers)
    try:
        with urllib.request.urlopen(message, timeout=TIMEOUT_S) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def report(response: dict[str, Any]) -> str:
    """Format the response: the score first, then its components."""
    lines = [f"score      {response['score']:.4f}   ({response['scorer']}, seed {response['seed']})"]
    lines += [f"alignment  {response['alignment']:.4f}", f"quality    {response['quality']:.4f}"]
    lines += [f"  {name:<22} {value:.4f}" for name, value in sorted(response["parts"].items())]
    lines += [f"digest     {response['fingerprint']['digest']}"]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Return the exit status: 0 scored, 1 refused, 2 no service."""
    parser = argparse.ArgumentParser(description="Ask a running validation service to score a splat.")
    parser.add_argument("file", type=Path, help="a PLY or SPZ file")
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--endpoint", default="http://127.0.0.1:8094")
    parser.add_argument("--api_key_file", type=Path)
    parser.add_argument("--preview", type=Path, metavar="PNG", help="write the sixteen views here")
    args = parser.parse_args(argv)
    data = base64.b64encode(args.file.read_bytes()).decode("ascii")
    key = args.api_key_file.read_text().split()[0] if args.api_key_file else None
    request = {"prompt": args.prompt, "data": data, "seed": args.seed, "preview": args.preview is not None}
    try:
        status, response = ask(args.endpoint, request, key)
    except OSError as error:
        print(f"no validation service at {args.endpoint}: {error}", file=sys.stderr)
        return 2
    if status != 200:
        print(f"refused with status {status}: {response['code']}: {response['detail']}", file=sys.stderr)
        return 1
    if args.preview is not None:
        args.preview.write_bytes(base64.b64decode(response["preview"]))
    print(report(response))
    return 0


if __name__ == "__main__":
    sys.exit(main())
