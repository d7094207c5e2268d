"""`sipforge status`: is everything well?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from sipforge.cli.calls import assistant_calls
from sipforge.cli.certificates import certificate_report
from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, print_table, say, warn
from sipforge.cli.trunk_states import trunk_words

Document = dict[str, Any]


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Show services, Asterisk, Redis, assistants, telephones and calls.

    Exit code 1 if something is not well.
    """
    host: Host = context.obj
    as_json = as_json or host.as_json
    report = gather(host)
    if as_json:
        print_json(report)
    else:
        _print(report)
    if report["problems"]:
        raise typer.Exit(Exit.DEGRADED)


def gather(host: Host) -> Document:
    """Ask everybody; whoever does not answer is a problem in the list, and the others are asked all the same.

    Returns:
        {"status": "ok" | "degraded", "problems": [...], "services": [...], "asterisk": {...}, "redis": ...,
        "health": {...}, "phones": [...], "trunks": {...}, "telephone_calls": [...], "assistant_calls": [...],
        "limits": {...}, "rtp": {...}, "certificate": {...}}

    Raises:
        CliError: the settings are wrong.
    """
    problems: list[str] = []
    report: Document = {
        "status": "ok",
        "problems": problems,
        "services": _services(host, problems),
        **_asterisk(host, problems),
        "trunks": dict(trunk_words(host)),
        **_health(host, problems),
        "assistant_calls": _assistant_calls(host, problems),
        "limits": _limits(host),
        "rtp": _rtp(host, problems),
        "certificate": certificate_report(host, problems),
    }
    if problems:
        report["status"] = "degraded"
    return report


def _services(host: Host, problems: list[str]) -> list[Document]:
    from sipforge.infra.systemd.units import UnitsError, show_units

    bots = [f"sipforge-bot@{name}" for name in sorted(host.settings.bots)]
    ours = [f"sipforge-{name}" for name in ("orchestrator", "monitor", "provisioning")]
    names = ["asterisk", "redis-server", *ours, *bots]
    try:
        units = show_units(names)
    except UnitsError as error:
        problems.append(str(error))
        return []
    problems += [f"{unit.name}: {unit.active} ({unit.detail})" for unit in units if not unit.is_running]
    return [asdict(unit) for unit in units]


def _asterisk(host: Host, problems: list[str]) -> Document:
    from sipforge.core.asterisk.state import channel_from, contact_from, user_calls

    try:
        with host.asterisk() as manager:
            settings, core = manager.action("CoreSettings"), manager.action("CoreStatus")
            contacts = manager.listing("PJSIPShowRegistrationInboundContactStatuses")
            channels = manager.listing("CoreShowChannels")
    except CliError as error:
        problems.append(str(error))
        return {"asterisk": None, "phones": None, "telephone_calls": None}
    return {
        "asterisk": {
            "version": settings.get("AsteriskVersion", ""),
            "up_since": f"{core.get('CoreStartupDate', '')} {core.get('CoreStartupTime', '')}".strip(),
            "calls_processed": int(core.get("CoreProcessedCalls") or 0),
        },
        "phones": [
            {**asdict(contact), "address": contact.address, "reachable": contact.is_reachable}
            for contact in sorted(map(contact_from, contacts), key=lambda contact: contact.extension)
        ],
        "telephone_calls": [asdict(call) for call in user_calls(map(channel_from, channels))],
    }


def _health(host: Host, problems: list[str]) -> Document:
    from sipforge.infra.api_client import ApiError, get_health
    from sipforge.infra.settings.host import LOOPBACK

    settings = host.settings
    ports = {
        "orchestrator": settings.orchestrator.http_port,
        "monitor": settings.monitor.http_port,
        "provisioning": settings.provisioning.http_port,
        **{f"bot {name}": bot.http_port for name, bot in sorted(settings.bots.items())},
    }
    found: Document = {}
    for name, port in ports.items():
        try:
            found[name] = dict(get_health(f"http://{LOOPBACK}:{port}"))
        except ApiError as error:
            found[name] = {"status": "unreachable", "checks": {}}
            problems.append(f"{name}: {error}")
            continue
        if found[name]["status"] != "ok":
            problems += [f"{name}: {told}" for told in _told(found[name])]
    checks = found["orchestrator"].get("checks")
    # Redis serves the orchestrator alone, so how it finds Redis is how Redis is.
    redis = checks.get("redis") if isinstance(checks, dict) else None
    if redis not in (None, "ok"):
        problems.append(f"redis: {redis}")
    return {"health": found, "redis": redis or "unknown"}


def _told(health: Document) -> list[str]:
    """What a service says is not well; its status where it does not say."""
    checks = health.get("checks")
    told = checks.get("problems") if isinstance(checks, dict) else None
    return [str(problem) for problem in told] if isinstance(told, list) and told else [health["status"]]


def _assistant_calls(host: Host, problems: list[str]) -> list[Document] | None:
    try:
        return [asdict(call) for call in assistant_calls(host)]
    except CliError:
        # Its health has said so already.
        if not any(problem.startswith("orchestrator") for problem in problems):
            problems.append("orchestrator: does not tell its calls")
        return None


def _limits(host: Host) -> Document:
    from sipforge.infra.capacity import limits

    return {
        name: {"calls": limit.calls, "source": limit.source.value}
        for name, limit in sorted(limits(host.settings).items())
    }


def _rtp(host: Host, problems: list[str]) -> Document | None:
    from sipforge.core.asterisk.rtp_ports import parse_rtp_conf

    path = host.settings.asterisk_directory / "rtp.conf"
    try:
        ports = parse_rtp_conf(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        problems.append(f"{path}: {error.strerror}")
        return None
    return {
        "first_port": ports.first,
        "last_port": ports.last,
        "assistant_calls": ports.assistant_calls,
        "user_calls": ports.user_calls,
    }


def _print(report: Document) -> None:
    print_table(
        "Services",
        ("Service", "State", "Detail", "Restarts", "Since"),
        [
            (unit["name"], unit["active"], unit["detail"], unit["restarts"], unit["since"])
            for unit in report["services"]
        ],
        "unknown",
    )
    say()
    rows = [(name, found["status"], _checks(found)) for name, found in report["health"].items()]
    print_table("Health", ("Part", "State", "Checks"), [*rows, ("redis", report["redis"], "")], "unknown")
    say()
    if report["trunks"]:
        print_table("Trunks", ("Trunk", "State"), list(report["trunks"].items()), "none")
        say()
    asterisk = report["asterisk"]
    if asterisk:
        say(f"Asterisk {asterisk['version']}, up since {asterisk['up_since']}")
        say()
        print_table(
            "Registered telephones",
            ("Extension", "Address", "State", "Telephone"),
            [
                (phone["extension"], phone["address"], phone["status"], phone["user_agent"])
                for phone in report["phones"]
            ],
            "none",
        )
        say()
    assistant, telephone = report["assistant_calls"], report["telephone_calls"]
    say(
        f"Calls in progress: {_count(assistant)} with an assistant, {_count(telephone)} other"
        " (see: sipforge calls)"
    )
    for name, limit in report["limits"].items():
        say(f"{name} takes {limit['calls']} calls at once ({limit['source']}; see: sipforge capacity)")
    if rtp := report["rtp"]:
        say(
            f"RTP ports {rtp['first_port']}-{rtp['last_port']} allow {rtp['assistant_calls']} assistant calls"
            f" or {rtp['user_calls']} calls between telephones at once"
        )
    if certificate := report["certificate"]:
        say(
            f"The certificate for telephones is good for {certificate['days_left']} days"
            " (see: sipforge certificates show)"
        )
    for problem in report["problems"]:
        warn(problem)
    say()
    say("All is well." if not report["problems"] else "Something is not well: see above.")


def _checks(health: Document) -> str:
    checks = health.get("checks")
    if not isinstance(checks, dict):
        return ""
    return ", ".join(
        f"{name}: {'...' if isinstance(value, dict | list) else value}" for name, value in checks.items()
    )


def _count(calls: list[Document] | None) -> str:
    return "?" if calls is None else str(len(calls))
