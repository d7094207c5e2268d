"""Trunks: the carrier's side for pjsip.conf, and what comes in from there for extensions.conf."""

from __future__ import annotations

from collections.abc import Iterator

from sipforge.core.office.asterisk.dialplan import context, extension, goto
from sipforge.core.office.destinations import Destination
from sipforge.core.office.office import Office
from sipforge.core.office.outside_numbers import Outside
from sipforge.core.office.trunks import Transport, Trunk


def lines(office: Office) -> str:
    """For pjsip.conf: endpoint, aor, identify, and where there is an account auth and registration."""
    return "".join(map(_line, office.plan.trunks))


def _line(trunk: Trunk) -> str:
    name = f"trunk-{trunk.name}"
    secure = trunk.transport is Transport.TLS
    # A semicolon that begins no comment.
    over = "" if trunk.transport is Transport.UDP else rf"\;transport={trunk.transport.value}"
    server = f"sip:{trunk.server}{over}"
    host = trunk.server.partition(":")[0]
    account = (f"outbound_auth={name}\n", f"from_user={trunk.user}\n") if trunk.user else ("", "")
    text = (
        f"\n[{name}](sipforge-trunk)\n"
        "type=endpoint\n"
        f"context=from-{name}\n"
        f"aors={name}\n"
        f"{''.join(account)}"
        f"from_domain={host}\n"
        f"{'media_encryption=sdes' + chr(10) if secure else ''}"
        f"\n[{name}](sipforge-trunk-aor)\n"
        "type=aor\n"
        f"contact={server}\n"
        f"\n[{name}]\n"
        "type=identify\n"
        f"endpoint={name}\n"
        f"match={host}\n"
    )
    if trunk.user:
        text += (
            f"\n[{name}](sipforge-auth)\n"
            "type=auth\n"
            "auth_type=userpass\n"
            f"username={trunk.user}\n"
            f"password={trunk.secret}\n"
        )
    if trunk.register:
        text += (
            f"\n[{name}](sipforge-registration)\n"
            "type=registration\n"
            f"outbound_auth={name}\n"
            f"server_uri={server}\n"
            f"client_uri=sip:{trunk.user}@{host}\n"
            f"contact_user={trunk.user}\n"
            f"endpoint={name}\n"
            "line=yes\n"
        )
    return text


def arrivals(office: Office) -> str:
    """For extensions.conf: what each trunk brings. The caller's own words name no destination: the office's
    rules do."""
    return "".join(
        context(f"from-trunk-{trunk.name}", _arrivals(trunk, office.plan.outside))
        for trunk in office.plan.trunks
    )


def _arrivals(trunk: Trunk, outside: Outside | None) -> Iterator[str]:
    begin = f"Gosub(sub-arrival,s,1({trunk.name},{trunk.calls}))"
    for number, destination in trunk.by_number.items():
        for written in dict.fromkeys(_written(number, outside)):
            yield from extension(written, begin, _to(destination))
    # A carrier may send the account's name, or nothing that is a number, where one number is all there is.
    # A single letter is none: Asterisk looks for h when a call is over.
    for pattern in ("_[+*#0-9]!", "_[a-zA-Z][-+0-9a-zA-Z_.]!", "s"):
        if trunk.default:
            yield from extension(pattern, begin, _to(trunk.fallback))
        else:
            yield from extension(
                pattern,
                f"Log(NOTICE,no destination for a call by the trunk {trunk.name})",
                "Hangup(1)",
            )


def _to(destination: Destination) -> str:
    return goto(destination)


def _written(number: str, outside: Outside | None) -> Iterator[str]:
    """The ways in which a carrier may write one of the office's numbers."""
    yield number
    yield number[1:]
    yield f"00{number[1:]}"
    if outside and number.startswith(f"+{outside.country}"):
        yield f"{outside.national_prefix}{number[1 + len(outside.country) :]}"
