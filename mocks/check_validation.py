"""Ask a running validation service to score a splat, and print the response. The exit status is 0 if it was scored.

python mocks/check_validation.py pink_bicycle.spz --prompt "pink bicycle"
python mocks/check_validation.py pink_bicycle.spz --prompt "green dragon" --preview views.png
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import httpx

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from serving.arguments import SEED, FlagParser
from serving.proxies import proxy_of
from serving.settings import SettingsError, exit_with_error, read_api_keys

TIMEOUT_S = 120


def ask(endpoint: str, request: dict[str, Any], key: str | None) -> tuple[int, dict[str, Any]]:
    """Send POST /validate/ and return status and JSON. Raises httpx.HTTPError, or SettingsError for a useless proxy."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    url = f"{endpoint.rstrip('/')}/validate/"
    with httpx.Client(timeout=TIMEOUT_S, proxy=proxy_of(url), trust_env=False) as client:
        response = client.post(url, content=json.dumps(request), headers=headers)
    return response.status_code, response.json()


def report(response: dict[str, Any]) -> str:
    """Format the response: the score first, then its components."""
    lines = [f"score      {response['score']:.4f}   ({response['scorer']}, seed {response['seed']})"]
    lines += [f"alignment  {response['alignment']:.4f}", f"quality    {response['quality']:.4f}"]
    lines += [f"  {name:<22} {value:.4f}" for name, value in sorted(response["parts"].items())]
    lines += [f"digest     {response['fingerprint']['digest']}"]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Return the exit status: 0 scored, 1 refused, 2 no service, or a file that cannot be read."""
    parser = FlagParser(description="Ask a running validation service to score a splat.")
    parser.add_argument("file", type=Path, help="a PLY or SPZ file")
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--seed", type=SEED, default=0)
    parser.add_argument("--endpoint", default="http://127.0.0.1:8094")
    parser.add_argument("--api_key_file", type=Path)
    parser.add_argument("--preview", type=Path, metavar="PNG", help="write the sixteen views here")
    args = parser.parse_args(argv)
    try:
        data = base64.b64encode(args.file.read_bytes()).decode("ascii")
        key = read_api_keys(args.api_key_file)[0] if args.api_key_file else None
        request = {"prompt": args.prompt, "data": data, "seed": args.seed, "preview": args.preview is not None}
        status, response = ask(args.endpoint, request, key)
    except (OSError, SettingsError) as error:
        exit_with_error("check_validation.py", error)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
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
