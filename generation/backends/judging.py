"""The scorer for `candidates.best_of`: a running validation service, called over HTTP as validators call it."""

from __future__ import annotations

import base64

import httpx

from generation.backends.candidates import Scorer
from serving.http_client import CallError, Response, wrapped_errors
from serving.proxies import proxy_of
from splats.codecs import encode_spz
from splats.model import Splats

TIMEOUT_S = 60.0
_REJECTED = (413, 422)
REJECTED_SCORE = -1.0
"""Below every score: an asset that the service rejects loses to any other."""


class JudgeUnreachable(Exception):
    """The validation service did not answer with a score, so no candidate can be chosen."""


def validation_judge(url: str, *, timeout_s: float = TIMEOUT_S) -> Scorer:
    """Return a scorer that posts to `url`/validate/; its score is REJECTED_SCORE for a rejected asset.

    Raises ValueError if the URL is not http(s), SettingsError for a proxy that cannot be used. The scorer raises
    JudgeUnreachable.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"the address of a validation service must start with http:// or https://, not {url!r}")
    address = url.rstrip("/") + "/validate/"
    proxy, certificates = proxy_of(address), httpx.create_ssl_context()

    def judge(prompt: str, splats: Splats) -> float:
        data = base64.b64encode(encode_spz(splats)).decode()
        try:
            client = httpx.Client(timeout=timeout_s, proxy=proxy, verify=certificates, trust_env=False)
            with wrapped_errors(), client:
                reply = client.post(address, json={"prompt": prompt, "data": data})
            response = Response(reply.status_code, reply.headers, reply.content)
            code, _ = response.error()
            if response.status in _REJECTED and code not in {"", "invalid_request"}:
                return REJECTED_SCORE
            if response.status != 200:
                raise JudgeUnreachable(f"{address} answered {response.status} {code}")
            return float(response.json()["score"])
        except (CallError, ValueError, KeyError, TypeError) as error:
            raise JudgeUnreachable(f"{address} returned no score: {error}") from error

    return judge
