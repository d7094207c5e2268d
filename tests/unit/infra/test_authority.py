"""Fingerprints, against openssl's own."""

import subprocess
from pathlib import Path

import pytest

from sipforge.infra.provisioning.authority import AuthorityError, fingerprint
from tests.unit.server_pair import write_pair


def test_it_is_what_openssl_says(tmp_path: Path) -> None:
    path, _ = write_pair(tmp_path)
    command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert fingerprint(path) == said.strip().partition("=")[2]
    path.write_text("Subject: anything\n" + path.read_text())
    assert fingerprint(path) == said.strip().partition("=")[2]


def test_no_file_and_no_certificate(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "ca.pem") is None
    _, key = write_pair(tmp_path)
    with pytest.raises(AuthorityError, match="is not a PEM certificate"):
        fingerprint(key)
