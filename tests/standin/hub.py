"""The model hub, as far as fetching needs it: its addresses, headers and redirects, and faults on demand.

GET /api/models/{id}/revision/{revision}?blobs=true    the repository's files, with sizes and checksums
GET /{id}/resolve/{revision}/{path}                    a small file, or a redirect to where a large one is
GET /cdn/{sha256}                                      a large file; knows Range and If-Range
"""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def blob_id(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    range: str
    if_range: str


@dataclass(slots=True)
class Repository:
    files: dict[str, bytes]
    commit: str = COMMIT
    large: frozenset[str] = frozenset()
    """Kept apart and redirected to, as the hub does with what is tracked by LFS."""


@dataclass(slots=True)
class Faults:
    cut_after: int = 0
    """A large file's connection breaks after so many bytes, `cut_times` times."""
    cut_times: int = 0
    stall_after: int = 0
    """A large file stops after so many bytes, with the connection open."""
    tampered: bool = False
    """A large file arrives with one byte changed."""
    too_long: bool = False
    """A large file arrives with a byte more."""
    no_ranges: bool = False
    status: int = 0
    """Every answer has this status, `status_times` times."""
    status_times: int = 0
    other_linked: bool = False
    """The redirect announces another checksum than the list."""


@dataclass(slots=True)
class Hub:
    url: str
    repositories: dict[str, Repository] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    asked: list[Asked] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    """Set when a file has stopped."""
    over: threading.Event = field(default_factory=threading.Event)

    def ranges(self) -> list[str]:
        """The Range header of each request for a large file, in order."""
        return [asked.range for asked in self.asked if asked.path.startswith("/cdn/")]


@contextmanager
def serve() -> Iterator[Hub]:
    """A hub on a free port of the loopback address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    hub = Hub(f"http://127.0.0.1:{server.server_port}")
    server.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.over.set()
        server.shutdown()
        server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub: Hub = self.server.hub  # type: ignore[attr-defined]
        path = unquote(urlsplit(self.path).path)
        hub.asked.append(
            Asked("GET", path, self.headers.get("Range") or "", self.headers.get("If-Range") or "")
        )
        if hub.faults.status_times:
            hub.faults.status_times -= 1
            self._answer(hub.faults.status, b"")
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^/]+)", path):
            self._list(hub.repositories.get(found[1]), found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._resolve(hub, hub.repositories.get(found[1]), found[3])
        elif found := re.fullmatch(r"/cdn/([0-9a-f]{64})", path):
            self._large(hub, found[1])
        else:
            self._answer(404, b"")

    def _list(self, repository: Repository | None, name: str) -> None:
        if repository is None:
            self._answer(401, b'{"error": "Repository not found"}')
            return
        siblings: list[dict[str, Any]] = []
        for path, content in repository.files.items():
            entry: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": blob_id(content)}
            if path in repository.large:
                entry["lfs"] = {"sha256": sha256(content), "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        told = {"id": name, "sha": repository.commit, "siblings": siblings}
        self._answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _resolve(self, hub: Hub, repository: Repository | None, path: str) -> None:
        if repository is None or path not in repository.files:
            self._answer(404, b"Entry not found", {"X-Error-Code": "EntryNotFound"})
            return
        content = repository.files[path]
        headers = {"X-Repo-Commit": repository.commit}
        if path not in repository.large:
            self._answer(200, content, {**headers, "ETag": f'"{blob_id(content)}"'})
            return
        linked = sha256(b"another") if hub.faults.other_linked else sha256(content)
        headers |= {"X-Linked-Etag": f'"{linked}"', "X-Linked-Size": str(len(content))}
        self._answer(302, b"", {**headers, "Location": f"{hub.url}/cdn/{sha256(content)}"})

    def _large(self, hub: Hub, digest: str) -> None:
        contents = [one for kept in hub.repositories.values() for one in kept.files.values()]
        content = next(one for one in contents if sha256(one) == digest)
        etag, start = f'"{digest}"', 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if wanted and not hub.faults.no_ranges and self.headers.get("If-Range") in {None, etag}:
            start = int(wanted[1])
            if start >= len(content):
                self._answer(416, b"")
                return
        body = content[start:]
        if hub.faults.tampered:
            body = body[:-1] + bytes([body[-1] ^ 1])
        if hub.faults.too_long:
            body += b"x"
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.send_response(206 if start else 200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if hub.faults.cut_times:
            hub.faults.cut_times -= 1
            self.wfile.write(body[: hub.faults.cut_after])
            self.close_connection = True
        elif hub.faults.stall_after:
            self.wfile.write(body[: hub.faults.stall_after])
            self.wfile.flush()
            hub.stalled.set()
            hub.over.wait()
            self.close_connection = True
        else:
            self.wfile.write(body)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
