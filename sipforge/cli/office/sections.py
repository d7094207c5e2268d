"""The commands that groups, menus, hours and trunks have alike: list, show, remove; and what `add` does with
its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json, Yes, change, confirm, outcome_document, told
from sipforge.cli.output import print_json, print_table, say
from sipforge.core.office.keeping.layers import COMMANDS, with_entry, without_entry

if TYPE_CHECKING:
    from sipforge.core.office.keeping.described import Described

Row = Callable[[str, Mapping[str, Any]], Sequence[object]]
SECRETS = frozenset({"secret"})


def section_app(
    section: str,
    help_text: str,
    columns: Sequence[str],
    row: Row,
    more: Callable[[Host], Mapping[str, str]] | None = None,
    *,
    lists: bool = True,
) -> typer.Typer:
    """A command group with list, show and remove; its module adds `add`.

    Args:
        section: key of the plan, such as groups.
        help_text: of the command group.
        columns: of the list, besides the name and where it stands.
        row: name, values → cells of those columns.
        more: further state by name, such as whether a trunk is registered; one column.
        lists: whether there is a `list`; else its module adds one of its own, and may go without a command.
    """
    command = COMMANDS[section]
    app = typer.Typer(help=help_text, no_args_is_help=lists)

    def list_entries(context: typer.Context, as_json: Json = False) -> None:
        host: Host = context.obj
        found = entries(host, section)
        states = more(host) if more else {}
        if as_json or host.as_json:
            print_json(
                {
                    section: [
                        {"name": name, "from": source, **shown(values), **_state(states, name, more)}
                        for name, source, values in found
                    ]
                }
            )
            return
        headings = ("Name", *columns, *(("State",) if more else ()), "From")
        rows = [
            (name, *row(name, values), *((states.get(name, "unknown"),) if more else ()), source)
            for name, source, values in found
        ]
        print_table(section.capitalize(), headings, rows, f"none; see: sipforge {command} add --help")

    @app.command(help="Show one. Exit code 1 if there is none of that name.")
    def show(
        context: typer.Context, name: Annotated[str, typer.Argument(help="Its name.")], as_json: Json = False
    ) -> None:
        host: Host = context.obj
        source, values = entry(host, section, name)
        states = more(host) if more else {}
        if as_json or host.as_json:
            print_json({"name": name, "from": source, **shown(values), **_state(states, name, more)})
            return
        say(f"{name}   (from the {source})")
        for key, value in shown(values).items():
            say(f"  {key}: {_written(value)}")
        if more:
            say(f"  state: {states.get(name, 'unknown')}")

    @app.command(help="Remove one that was added here. Refused while something else sends calls to it.")
    def remove(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="Its name.")],
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        host: Host = context.obj
        source, _ = entry(host, section, name)
        if source == "host":
            confirm(f"Remove {command} {name}?", yes)

        def step(before: Described) -> Described:
            return replace(before, added=without_entry(before.added, before.declared, section, name))

        outcome = change(host, step)
        if as_json or host.as_json:
            print_json({"name": name, **outcome_document(outcome)})
        else:
            say(f"{command} {name} is removed; applied: {outcome.applied.value}.")

    if lists:
        app.command("list", help="List them, those of the inventory and those that were added here.")(
            list_entries
        )
    return app


def add_entry(host: Host, section: str, name: str, values: Mapping[str, Any], as_json: bool) -> None:
    """What each `add` does: the options given become an entry of the host's layer."""
    given = {key: value for key, value in values.items() if value not in (None, (), [], {}, "")}

    def step(before: Described) -> Described:
        return replace(before, added=with_entry(before.added, before.declared, section, name, given))

    outcome = change(host, step)
    if as_json or host.as_json:
        print_json({"name": name, **shown(given), **outcome_document(outcome)})
    else:
        say(f"{COMMANDS[section]} {name} is added; applied: {outcome.applied.value}.")


def entries(host: Host, section: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Name, "inventory" or "host", values."""
    with told():
        described = host.office_store().load()
    layers = (("inventory", described.declared), ("host", described.added))
    return [
        (name, source, values)
        for source, layer in layers
        for name, values in (layer.get(section) or {}).items()
    ]


def entry(host: Host, section: str, name: str) -> tuple[str, Mapping[str, Any]]:
    """Where an entry is from, and its values.

    Raises:
        CliError: there is none.
    """
    for known, source, values in entries(host, section):
        if known == name:
            return source, values
    raise CliError(
        f"there is no {COMMANDS[section]} {name!r}; see: sipforge {COMMANDS[section]} list", Exit.DEGRADED
    )


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Options such as --key 1=4001, as a mapping.

    Raises:
        CliError: one has no equals sign.
    """
    found = {}
    for one in given or ():
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise CliError(f"{option} {one}: write {option} WHAT=WHERE", Exit.USAGE)
        found[key.strip()] = value.strip()
    return found


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values without what is secret."""
    return {key: "(secret)" if key in SECRETS else value for key, value in values.items()}


def _state(states: Mapping[str, str], name: str, more: object) -> dict[str, str]:
    return {"state": states.get(name, "unknown")} if more else {}


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} → {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
