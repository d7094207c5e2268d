"""Makes certificates for tests, by openssl(1)."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_certificate(
    folder: Path, name: str = "pbx.example", *, days: int = 90, begins: str = "", ends: str = ""
) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key: NAME.crt, NAME.key.

    Args:
        folder: where they are put.
        name: its subject, and its one name.
        days: for how long it is good.
        begins: when it becomes valid, as YYYYMMDDHHMMSSZ; now by default. Needs `ends`.
        ends: when it expires, likewise; instead of `days`.
    """
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    folder.mkdir(parents=True, exist_ok=True)
    request = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", str(key)]
    if not ends:
        _openssl(
            *request,
            "-x509",
            "-days",
            str(days),
            "-addext",
            f"subjectAltName=DNS:{name}",
            "-out",
            str(certificate),
        )
        return certificate, key
    # Only openssl ca lets one choose both dates, in every version.
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index\nnew_certs_dir={folder}\npolicy=p\n"
        "default_md=sha256\nrand_serial=yes\n[p]\ncommonName=supplied\n"
    )
    _openssl(*request, "-out", str(folder / "request"))
    _openssl(
        *("ca", "-batch", "-selfsign", "-config", str(folder / "ca.cnf"), "-keyfile", str(key)),
        *(
            "-in",
            str(folder / "request"),
            "-startdate",
            begins,
            "-enddate",
            ends,
            "-notext",
            "-out",
            str(certificate),
        ),
    )
    return certificate, key


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
