"""Compare HEAD with GET on the routes of any service."""

from __future__ import annotations

from fastapi.testclient import TestClient


def compare_head_with_get(client: TestClient, path: str) -> int:
    """Check that HEAD has the status and headers of GET and no body; return the status."""
    whole, head = client.get(path, follow_redirects=False), client.head(path, follow_redirects=False)
    assert head.content == b""
    assert (head.status_code, dict(head.headers)) == (whole.status_code, dict(whole.headers))
    return head.status_code


def paths_of(client: TestClient) -> list[str]:
    """Return the documented paths that GET answers and that have no parameter."""
    documented = client.get("/openapi.json").json()["paths"]
    return [path for path, operations in documented.items() if "get" in operations and "{" not in path]
