"""Scorers for `candidates.best_of`: a running validation service, asked over HTTP as a validator would ask it."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request

from generation.backends.candidates import Scorer
from splats.codecs import encode_spz
from splats.model import Splats

TIMEOUT_S = 60.0
_REJECTED = (413, 422)
REJECTED_SCORE = -1.0
"""Below every score: an asset that the service rejects is the worst of all candidates."""


class JudgeUnreachable(Exception):
    """The validation service did not answer with a score; the generation cannot choose."""


def validation_judge(url: str, *, timeout_s: float = TIMEOUT_S) -> Scorer:
    """A scorer that posts to `url`/validate/ and gives the score, REJECTED_SCORE for a rejected asset.

    Raises ValueError for an address that is not http(s); the scorer raises JudgeUnreachable.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"a validation service's address begins with http, not {url!r}")
    address = url.rstrip("/") + "/validate/"

    def judge(prompt: str, splats: Splats) -> float:
        data = base64.b64encode(encode_spz(splats)).decode()
        body = json.dumps({"prompt": prompt, "data": data}).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310  checked
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
                return float(json.load(answer)["score"])
        except urllib.error.HTTPError as error:
            with error:
                code = _code(error.read())
            if error.code in _REJECTED and code != "invalid_request":
                return REJECTED_SCORE
            raise JudgeUnreachable(f"{address} answered {error.code} {code}") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise JudgeUnreachable(f"{address} gave no score: {error}") from error

    return judge


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "invalid_request"
