"""A host's bare repositories over smart HTTP, by git's own `http-backend`: who may fetch and who may push is asked."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.fakes.http import Request, Response

Allows = Callable[[str, bool], bool]
"""Whether the secret of a request may read ('' asks for nobody in particular), or push where the second is True."""


class GitHost:
    """Serve the bare repositories below `root`; `pushes` are the secrets that pushed, in order."""

    def __init__(self, root: Path, allows: Allows) -> None:
        self.root, self.allows = root, allows
        self.pushes: list[str] = []

    def serves(self, request: Request) -> bool:
        return ".git/" in request.path

    def handle(self, request: Request) -> Response:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        secret = base64.b64decode(value).decode().partition(":")[2] if kind.lower() == "basic" else ""
        pushing = "git-receive-pack" in request.target
        if not self.allows(secret, pushing):
            refused = {"Content-Type": "text/plain", "WWW-Authenticate": 'Basic realm="git"'}
            return Response(403 if secret else 401, b"Write access to repository not granted.\n", refused)
        if pushing and request.method == "POST":
            self.pushes.append(secret)
        return self._backend(request)

    def _backend(self, request: Request) -> Response:
        environ = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.target.partition("?")[2],
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            "REMOTE_USER": "somebody",
        }
        done = subprocess.run(["git", "http-backend"], env=environ, input=request.body, capture_output=True, check=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Response(int(headers.pop("Status", "200").split()[0]), body, headers)
