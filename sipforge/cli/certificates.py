"""`sipforge certificates`: how telephones know this server."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, say, warn

if TYPE_CHECKING:
    from pathlib import Path

    from sipforge.core.certificates import Certificate

app = typer.Typer(help="Show, renew and hand out the certificates of this server.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
_RENEW_SECONDS = 60.0


@app.command()
def show(context: typer.Context, as_json: Json = False) -> None:
    """Show the certificate that telephones see. Exit code 1 if it is not good, or not for long."""
    host: Host = context.obj
    now = time.time()
    certificate = _read(host.settings.certificate)
    authority = _authority(host)
    problem = certificate.problem(now)
    own = authority is not None and certificate.issuer == authority.subject
    if as_json or host.as_json:
        print_json(
            {
                "subject": certificate.subject,
                "names": list(certificate.names),
                "issuer": certificate.issuer,
                "own": own,
                "days_left": certificate.days_left(now),
                "valid_until": _day(certificate.valid_until),
                "fingerprint": certificate.fingerprint,
                "ca_fingerprint": authority.fingerprint if own and authority else None,
                "problem": problem,
            }
        )
    else:
        say(f"Subject:     {certificate.subject}")
        say(f"Names:       {', '.join(certificate.names) or 'none'}")
        say(f"Issuer:      {certificate.issuer} ({'this server' if own else 'supplied'})")
        say(f"Days left:   {certificate.days_left(now)} (until {_day(certificate.valid_until)})")
        say(f"Fingerprint: {certificate.fingerprint}")
        if own and authority:
            say(f"CA's:        {authority.fingerprint}")
    if problem:
        warn(f"the certificate {problem}")
        raise typer.Exit(Exit.DEGRADED)


@app.command()
def renew(context: typer.Context, as_json: Json = False) -> None:
    """Make a new certificate now, and have Asterisk take it; no call notices. A supplied one is refused."""
    host: Host = context.obj
    settings = host.settings
    before, authority = _read(settings.certificate), _authority(host)
    if authority is None or before.issuer != authority.subject:
        raise CliError(
            f"the certificate is a supplied one, by {before.issuer}: the playbook brings a new one",
            Exit.USAGE,
        )
    try:
        done = subprocess.run(
            [str(settings.certificate_program), "--renew"],
            capture_output=True,
            text=True,
            timeout=_RENEW_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CliError(f"not renewed: {error}", Exit.UNREACHABLE) from error
    if done.returncode:
        raise CliError(f"not renewed: {(done.stderr.strip() or 'failed').splitlines()[0]}", Exit.UNREACHABLE)
    certificate = _read(settings.certificate)
    if as_json or host.as_json:
        print_json({"fingerprint": certificate.fingerprint, "days_left": certificate.days_left(time.time())})
    else:
        say(
            f"The certificate is new, and good until {_day(certificate.valid_until)}: "
            f"{certificate.fingerprint}"
        )


@app.command()
def ca(context: typer.Context, as_json: Json = False) -> None:
    """Print the certificate of the server's own authority (PEM), for telephones to trust."""
    host: Host = context.obj
    path = host.settings.ca_certificate
    authority = _read(path)
    pem = path.read_text(encoding="ascii")
    if as_json or host.as_json:
        print_json(
            {"pem": pem, "fingerprint": authority.fingerprint, "valid_until": _day(authority.valid_until)}
        )
    else:
        print(pem, end="")


def certificate_report(host: Host, problems: list[str]) -> dict[str, Any] | None:
    """For `sipforge status`: days left, names and issuer; adds to `problems` what is wrong."""
    now = time.time()
    try:
        certificate = _read(host.settings.certificate)
    except CliError as error:
        problems.append(str(error))
        return None
    if problem := certificate.problem(now):
        problems.append(f"the certificate that telephones see {problem}; see: sipforge certificates show")
    return {
        "days_left": certificate.days_left(now),
        "names": list(certificate.names),
        "issuer": certificate.issuer,
    }


def _authority(host: Host) -> Certificate | None:
    path = host.settings.ca_certificate
    return _read(path) if path.exists() else None


def _read(path: Path) -> Certificate:
    from sipforge.infra.certificates import CertificateError, read_certificate

    try:
        return read_certificate(path)
    except CertificateError as error:
        raise CliError(f"certificate: {error}", Exit.UNREACHABLE) from error


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
