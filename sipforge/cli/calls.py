"""`sipforge calls`: calls in progress, and past ones."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, print_table, warn

if TYPE_CHECKING:
    from sipforge.core.assistant_calls import AssistantCall
    from sipforge.core.asterisk.state import UserCall


def calls(
    context: typer.Context,
    live: Annotated[bool, typer.Option("--live", help="Calls in progress (the default).")] = False,
    past: Annotated[bool, typer.Option("--past", help="Past calls, from Asterisk's call records.")] = False,
    last: Annotated[int, typer.Option("--last", help="How many past calls.", min=1, max=10_000)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """List calls in progress, or past ones, newest first."""
    if live and past:
        raise CliError("--live and --past: choose one", Exit.USAGE)
    host: Host = context.obj
    as_json = as_json or host.as_json
    _ = host.settings  # wrong settings are told as such, not as somebody who does not answer
    if past:
        _print_past(host, last, as_json)
    else:
        _print_live(host, as_json)


def assistant_calls(host: Host) -> tuple[AssistantCall, ...]:
    """Calls that the orchestrator has.

    Raises:
        CliError: it does not answer.
    """
    from sipforge.core.assistant_calls import parse_calls
    from sipforge.infra.api_client import ApiError, get_json
    from sipforge.infra.settings.host import LOOPBACK

    url = f"http://{LOOPBACK}:{host.settings.orchestrator.http_port}/calls"
    try:
        return parse_calls(get_json(url))
    except ApiError as error:
        raise CliError(f"orchestrator: {error}", Exit.UNREACHABLE) from error
    except ValueError as error:
        raise CliError(f"orchestrator: {url}: {error}", Exit.UNREACHABLE) from error


def telephone_calls(host: Host) -> tuple[UserCall, ...]:
    """Calls between telephones, to voicemail and the like.

    Raises:
        CliError: Asterisk does not answer.
    """
    from sipforge.core.asterisk.state import channel_from, user_calls

    with host.asterisk() as manager:
        return user_calls(map(channel_from, manager.listing("CoreShowChannels")))


def _print_live(host: Host, as_json: bool) -> None:
    # What can be reached is shown even where the other half cannot.
    problems: list[str] = []
    with_assistant: tuple[AssistantCall, ...] = ()
    between_users: tuple[UserCall, ...] = ()
    try:
        with_assistant = assistant_calls(host)
    except CliError as error:
        problems.append(str(error))
    try:
        between_users = telephone_calls(host)
    except CliError as error:
        problems.append(str(error))
    # Until its audio is connected, an assistant's call looks to Asterisk like any other.
    routed = {(call.caller, call.dialled) for call in with_assistant}
    between_users = tuple(call for call in between_users if (call.caller, call.dialled) not in routed)
    if as_json:
        print_json(
            {
                "assistant_calls": [asdict(call) for call in with_assistant],
                "telephone_calls": [asdict(call) for call in between_users],
                "problems": problems,
            }
        )
    else:
        rows = [
            (call.caller, call.dialled, call.bot, call.state, f"{call.seconds:.0f} s", call.call)
            for call in with_assistant
        ]
        rows += [
            (call.caller, call.dialled, "", call.state, f"{call.seconds} s", call.linked_id)
            for call in between_users
        ]
        print_table(
            "Calls in progress", ("From", "To", "Assistant", "State", "Duration", "Call"), rows, "none"
        )
        for problem in problems:
            warn(problem)
    if problems:
        raise typer.Exit(Exit.UNREACHABLE)


def _print_past(host: Host, last: int, as_json: bool) -> None:
    from sipforge.infra.asterisk.cdr import CdrError, past_calls

    try:
        found = past_calls(host.settings.cdr_database, last)
    except CdrError as error:
        raise CliError(str(error), Exit.UNREACHABLE) from error
    if as_json:
        print_json({"calls": [asdict(call) for call in found]})
        return
    print_table(
        "Past calls",
        ("Started", "From", "To", "Outcome", "Talked", "Call"),
        [
            (call.started, call.caller, call.dialled, call.outcome, f"{call.talked_seconds} s", call.call_id)
            for call in found
        ],
        "none",
    )
