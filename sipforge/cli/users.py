"""`sipforge user`: the office's telephone users."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json, Yes, change, confirm, outcome_document, preview, told
from sipforge.cli.output import print_json, print_table, say, warn
from sipforge.core.office.extensions import USERS
from sipforge.core.office.users import Encryption, User

if TYPE_CHECKING:
    from sipforge.core.asterisk.state import Contact
    from sipforge.core.office.keeping.described import Described

app = typer.Typer(help=f"Add, list, show and remove telephone users ({USERS}).", no_args_is_help=True)

Extension = Annotated[str, typer.Argument(help=f"Extension, {USERS}.", metavar="EXT")]
Outside = Annotated[str, typer.Option("--outside", help="Class of what may be rung outside.")]
Email = Annotated[str, typer.Option("--email", help="Where messages are sent to.")]
EncryptionOption = Annotated[
    Encryption | None,
    typer.Option("--encryption", help="Whether calls are encrypted (default: the office's)."),
]
_LIST_BYTES = 4 * 1024 * 1024


@app.command()
def add(
    context: typer.Context,
    extension: Extension,
    *,
    name: Annotated[str, typer.Option("--name", help="Name shown to the person called.")],
    outside: Outside = "",
    email: Email = "",
    encryption: EncryptionOption = None,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the SIP password from stdin instead of making one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a user, who can register at once. Prints what to enter in the telephone."""
    from sipforge.infra.address import own_address
    from sipforge.infra.asterisk.office_commit import new_secret

    host: Host = context.obj
    as_json = as_json or host.as_json
    secret = sys.stdin.readline(4096).strip() if secret_stdin else new_secret()
    with told():
        user = User(extension, name, secret, outside, email, encryption)

    def step(before: Described) -> Described:
        if any(known.extension == extension for known in before.users):
            raise CliError(f"extension {extension} is taken; see: sipforge user show {extension}", Exit.USAGE)
        return before.with_users((*before.users, user))

    outcome = change(host, step)
    server = own_address()
    if as_json:
        # A password that was made here is told once; one that was given is known.
        made = {} if secret_stdin else {"secret": secret}
        print_json(
            {"extension": extension, "name": name, "server": server, **made, **outcome_document(outcome)}
        )
        return
    say(f"User {extension} ({name}) is added; applied: {outcome.applied.value}.")
    _say_how_to_register(user, server, "(the one you gave)" if secret_stdin else secret)


@app.command("set")
def set_user(
    context: typer.Context,
    extension: Extension,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Name shown to the person called.")] = None,
    outside: Annotated[str | None, typer.Option("--outside", help='Class; "" is the default one.')] = None,
    email: Annotated[
        str | None, typer.Option("--email", help='Where messages are sent to; "" nowhere.')
    ] = None,
    encryption: EncryptionOption = None,
    as_json: Json = False,
) -> None:
    """Change a user; what is not given stays. Exit code 1 if there is no such user."""
    host: Host = context.obj
    given = {"name": name, "outside": outside, "email": email, "encryption": encryption}
    changes = {key: value for key, value in given.items() if value is not None}
    if not changes:
        raise CliError("nothing to change; see: sipforge user set --help", Exit.USAGE)

    def step(before: Described) -> Described:
        changed = replace(_found(before.users, extension), **changes)  # type: ignore[arg-type]
        return before.with_users(changed if one.extension == extension else one for one in before.users)

    outcome = change(host, step)
    if as_json or host.as_json:
        print_json({"extension": extension, **outcome_document(outcome)})
    else:
        say(f"User {extension} is changed; applied: {outcome.applied.value}.")


@app.command("list")
def list_users(context: typer.Context, as_json: Json = False) -> None:
    """List the users, and which of them have a telephone registered."""
    host: Host = context.obj
    as_json = as_json or host.as_json
    with told():
        users = host.office_store().load().users
    contacts, problem = _contacts(host)
    if as_json:
        print_json({"users": [_user_document(user, contacts) for user in users], "problem": problem})
        return
    print_table(
        "Users",
        ("Extension", "Name", "Telephone"),
        [(user.extension, user.name, _registration(user, contacts)) for user in users],
        "none; add one with: sipforge user add 1001 --name NAME",
    )
    if problem:
        warn(f"registrations are unknown: {problem}")


@app.command()
def show(
    context: typer.Context,
    extension: Extension,
    secret: Annotated[bool, typer.Option("--secret", help="Show the SIP password too.")] = False,
    as_json: Json = False,
) -> None:
    """Show one user, and where the telephone has registered. Exit code 1 if there is no such user."""
    from sipforge.infra.address import own_address

    host: Host = context.obj
    as_json = as_json or host.as_json
    with told():
        users = host.office_store().load().users
    user = _found(users, extension)
    contacts, problem = _contacts(host)
    server = own_address()
    if as_json:
        asked = {"secret": user.secret} if secret else {}
        print_json({**_user_document(user, contacts), "server": server, **asked, "problem": problem})
        return
    say(f"Extension: {user.extension}")
    say(f"Name:      {user.name}")
    say(f"Telephone: {_registration(user, contacts)}")
    for contact in _own(user, contacts or ()):
        say(f"           {contact.address}  {contact.status}  {contact.user_agent}".rstrip())
    if problem:
        warn(f"the registration is unknown: {problem}")
    _say_how_to_register(user, server, user.secret if secret else f"sipforge user show {extension} --secret")


@app.command()
def remove(
    context: typer.Context,
    extension: Extension,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Remove a user. The telephone can no longer register or ring. Exit code 1 if there is no such user."""
    host: Host = context.obj
    as_json = as_json or host.as_json
    with told():
        user = _found(host.office_store().load().users, extension)
    confirm(f"Remove {user.extension} ({user.name})?", yes)

    def step(before: Described) -> Described:
        _found(before.users, extension)
        return before.with_users(known for known in before.users if known.extension != extension)

    outcome = change(host, step)
    if as_json:
        print_json({"extension": extension, **outcome_document(outcome)})
    else:
        say(f"User {extension} ({user.name}) is removed; applied: {outcome.applied.value}.")


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[str, typer.Option("--file", help="JSON list of users, or - for stdin.", metavar="PATH")],
    check: Annotated[
        bool, typer.Option("--check", help="Say what would change, and change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """See to it that all users of a list exist; others stay as they are.

    The list is JSON: [{"extension": "1001", "name": "Ange Uwase", "secret": "..."}]. Without a secret, the
    user's own is kept, or one is made. Works without a running Asterisk, which reads them when it starts.
    """
    from sipforge.core.office.keeping.user_plan import parse_wanted, plan
    from sipforge.infra.asterisk.office_commit import new_secret

    host: Host = context.obj
    as_json = as_json or host.as_json
    text = _read_list(file)
    with told():
        wanted = parse_wanted(text)
        planned = plan(host.office_store().load().users, wanted, new_secret)

    def step(before: Described) -> Described:
        return before.with_users(plan(before.users, wanted, new_secret).users)

    outcome = preview(host, step) if check else change(host, step)
    if as_json:
        print_json(
            {
                "changed": planned.changes or bool(outcome.files),
                "added": list(planned.added),
                "updated": list(planned.updated),
                "unchanged": list(planned.unchanged),
                **outcome_document(outcome),
            }
        )
        return
    for word, extensions in (("added", planned.added), ("updated", planned.updated)):
        if extensions:
            say(f"{word}: {' '.join(extensions)}")
    say(f"unchanged: {len(planned.unchanged)}; applied: {outcome.applied.value}.")


def _read_list(file: str) -> str:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_LIST_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                content = source.read(_LIST_BYTES + 1)
        if len(content) > _LIST_BYTES:
            raise CliError(f"{file}: is larger than {_LIST_BYTES} bytes", Exit.USAGE)
        return content.decode()
    except OSError as error:
        raise CliError(f"{file}: {error.strerror}", Exit.USAGE) from error
    except UnicodeDecodeError as error:
        raise CliError(f"{file}: is not UTF-8", Exit.USAGE) from error


def _found(users: tuple[User, ...], extension: str) -> User:
    for user in users:
        if user.extension == extension:
            return user
    raise CliError(f"there is no user {extension!r}; see: sipforge user list", Exit.DEGRADED)


def _contacts(host: Host) -> tuple[tuple[Contact, ...] | None, str | None]:
    """Registered telephones; or None, and why they are not known."""
    from sipforge.core.asterisk.state import contact_from

    try:
        with host.asterisk() as manager:
            listing = manager.listing("PJSIPShowRegistrationInboundContactStatuses")
    except CliError as error:
        return None, str(error)
    return tuple(map(contact_from, listing)), None


def _own(user: User, contacts: tuple[Contact, ...]) -> list[Contact]:
    return [contact for contact in contacts if contact.extension == user.extension]


def _registration(user: User, contacts: tuple[Contact, ...] | None) -> str:
    if contacts is None:
        return "unknown"
    own = _own(user, contacts)
    if any(contact.is_reachable for contact in own):
        return "registered"
    return "unreachable" if own else "not registered"


def _user_document(user: User, contacts: tuple[Contact, ...] | None) -> dict[str, Any]:
    return {
        "extension": user.extension,
        "name": user.name,
        "outside": user.outside,
        "email": user.email,
        "encryption": user.encryption.value if user.encryption else "",
        "registered": None
        if contacts is None
        else any(contact.is_reachable for contact in _own(user, contacts)),
        "contacts": [
            {"address": contact.address, "status": contact.status, "user_agent": contact.user_agent}
            for contact in _own(user, contacts or ())
        ],
    }


def _say_how_to_register(user: User, server: str, secret: str) -> None:
    say()
    say("To register a telephone or softphone:")
    say(f"  Server / domain:  {server}   (port 5060, UDP or TCP)")
    say(f"  User name:        {user.extension}   (also as authentication name)")
    say(f"  Password:         {secret}")
    say(f"  Display name:     {user.name}")
