"""`sipforge user qr` and `sipforge user phone`: telephones that set themselves up."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.output import print_json, print_table, say
from sipforge.cli.provisioning.offering import (
    IDENTIFIER,
    account_of,
    authority_of,
    ca_url,
    offer_phone,
    offers_of,
    server_of,
    told,
    warn_of_names,
)
from sipforge.core.office.extensions import USERS

if TYPE_CHECKING:
    from sipforge.core.office.office import Office
    from sipforge.core.office.users import User
    from sipforge.core.provisioning.account import Account
    from sipforge.core.provisioning.desk_phones import DeskPhone

Extension = Annotated[str, typer.Argument(help=f"Extension, {USERS}.", metavar="EXT")]


def qr(
    context: typer.Context,
    extension: Extension,
    png: Annotated[
        Path | None, typer.Option("--png", help="Write the code to a picture instead.", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set up a user's telephone by scanning: a QR code for Linphone, good once and for a day.

    Behind it is a link; a user's earlier one is no longer good. Anybody who has the link can use it.
    """
    from sipforge.core.provisioning import linphone
    from sipforge.infra.provisioning import qr as codes
    from sipforge.infra.provisioning.offers import Offer
    from sipforge.infra.systemd.journal import journal

    host: Host = context.obj
    as_json = as_json or host.as_json
    settings = host.settings.provisioning
    with told():
        store = host.office_store()
        office = store.office(store.load())
        user = _found(office, extension)
        account = account_of(host, user, office.encryption(user))
        now = time.time()
        until = now + settings.link_hours * 3600
        content = linphone.render(account, settings.linphone_root_ca)
        token = offers_of(host).put_link(Offer(extension, linphone.CONTENT_TYPE, content), now, until)
        link = f"https://{server_of(host)}:{settings.port}/p/{token}"
        if png is not None:
            codes.write_png(link, png)
        authority, ca = authority_of(host), ca_url(host)
        warn_of_names(host)
    expires = datetime.fromtimestamp(until).astimezone().isoformat(timespec="seconds")
    journal(IDENTIFIER, "link made", extension=extension, until=expires)
    if as_json:
        print_json(
            {
                "extension": extension,
                "link": link,
                "until": expires,
                "png": str(png) if png else None,
                "ca_sha256": authority.fingerprint if authority else None,
                "ca_url": ca or None,
                **_by_hand(account),
            }
        )
        return
    say(f"To set up a telephone of {user.extension} ({user.name}), scan this with Linphone:")
    say()
    if png is None:
        print(codes.draw(link))
    else:
        say(f"  {png}")
    say()
    say(f"  Link:         {link}")
    say(f"  Good:         once, until {expires}")
    if authority:
        say(f"  Authority:    {ca}")
        say(f"  its SHA-256:  {authority.fingerprint}")
        say("  Linphone must be told to trust it: see docs/features/phone-setup.md")
    _say_by_hand(account)


def phone(  # noqa: PLR0917  # typer gives each by name
    context: typer.Context,
    extension: Extension,
    mac: Annotated[
        str | None, typer.Option("--mac", help="The telephone's address, as on its label.", metavar="MAC")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="yealink or grandstream.", metavar="NAME")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="The telephone with this MAC shall get nothing any more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set up a user's desk telephone, known by its MAC address; without one, list the user's telephones.

    Prints what to type into the telephone's own web page, once: with it, the telephone fetches its settings
    now, and again whenever it starts. Given again for the same telephone, it makes a new password.
    """
    host: Host = context.obj
    as_json = as_json or host.as_json
    if mac is None:
        if model or remove:
            raise CliError("which telephone? give --mac, such as --mac 00:15:65:aa:bb:cc", Exit.USAGE)
        _list(host, extension, as_json)
    elif remove:
        _remove(host, extension, mac, as_json)
    elif model is None:
        raise CliError("what is it? give --model yealink or --model grandstream", Exit.USAGE)
    else:
        _add(host, extension, mac, model, as_json)


def _list(host: Host, extension: str, as_json: bool) -> None:
    from sipforge.infra.provisioning.phones import load_phones

    with told():
        store = host.office_store()
        _found(store.office(store.load()), extension)
        phones = [one for one in load_phones(host.settings.phones_file) if one.extension == extension]
    if as_json:
        shown = [{"mac": one.mac, "model": one.model.value, "file": one.file_name} for one in phones]
        print_json({"extension": extension, "phones": shown})
        return
    print_table(
        f"Desk telephones of {extension}",
        ("MAC", "Model", "File"),
        [(one.mac, one.model.value, one.file_name) for one in phones],
        f"none; add one with: sipforge user phone {extension} --mac MAC --model yealink",
    )


def _add(host: Host, extension: str, mac: str, model: str, as_json: bool) -> None:
    from sipforge.core.provisioning.desk_phones import DeskPhone, parse_mac, parse_model
    from sipforge.infra.asterisk.office_commit import new_secret
    from sipforge.infra.provisioning.phones import load_phones, save_phones
    from sipforge.infra.systemd.journal import journal

    with told():
        added = DeskPhone(parse_mac(mac), parse_model(model), extension, new_secret())
        store, path = host.office_store(), host.settings.phones_file
        with store.lock():
            office = store.office(store.load())
            user = _found(office, extension)
            account = account_of(host, user, office.encryption(user))
            others = [one for one in load_phones(path) if one.mac != added.mac]
            save_phones(path, [*others, added])
            ca = ca_url(host)
            offer_phone(host, added, account, ca)
        warn_of_names(host)
    journal(IDENTIFIER, "telephone added", extension=extension, mac=added.mac)
    server = f"https://{server_of(host)}:{host.settings.provisioning.port}/phones/"
    if as_json:
        print_json(
            {
                "extension": extension,
                "mac": added.mac,
                "model": added.model.value,
                "provisioning_server": server,
                "user_name": extension,
                "password": added.password,
                "file": added.file_name,
                "ca_url": ca or None,
                **_by_hand(account),
            }
        )
        return
    say(f"The telephone {added.mac} is {extension}'s ({user.name}). On its own web page, type:")
    _say_where(added)
    say(f"  Server:     {server}")
    say(f"  User name:  {extension}")
    say(f"  Password:   {added.password}")
    if ca:
        say(f"  Authority:  {ca}   (upload it there first, so that the telephone trusts this server)")
    _say_by_hand(account)


def _remove(host: Host, extension: str, mac: str, as_json: bool) -> None:
    from sipforge.core.provisioning.desk_phones import parse_mac
    from sipforge.infra.provisioning.phones import load_phones, save_phones
    from sipforge.infra.systemd.journal import journal

    with told():
        number, store, path = parse_mac(mac), host.office_store(), host.settings.phones_file
        with store.lock():
            phones = load_phones(path)
            kept = [one for one in phones if (one.mac, one.extension) != (number, extension)]
            if len(kept) == len(phones):
                raise CliError(f"{extension} has no telephone {number}", Exit.DEGRADED)
            save_phones(path, kept)
            offers_of(host).drop_phone(number)
    journal(IDENTIFIER, "telephone removed", extension=extension, mac=number)
    if as_json:
        print_json({"extension": extension, "mac": number})
    else:
        say(
            f"The telephone {number} gets nothing any more."
            " Its line works on until the user's password changes."
        )


def _found(office: Office, extension: str) -> User:
    if user := office.user(extension):
        return user
    raise CliError(f"there is no user {extension!r}; see: sipforge user list", Exit.DEGRADED)


def _say_where(added: DeskPhone) -> None:
    from sipforge.core.provisioning.desk_phones import Model

    if added.model is Model.YEALINK:
        say("  (Settings, Auto Provision)")
    else:
        say("  (Maintenance, Upgrade and Provisioning: Config via HTTPS; the server without https://)")


def _by_hand(account: Account) -> dict[str, Any]:
    from sipforge.core.provisioning.account import CODECS

    return {
        "server": account.server,
        "port": account.port,
        "transport": account.transport,
        "encryption": account.encryption.value,
        "codecs": list(CODECS),
    }


def _say_by_hand(account: Account) -> None:
    srtp = {"off": "off", "offered": "SRTP, not forced", "required": "SRTP, forced"}
    say()
    say("Or by hand:")
    say(f"  Server / domain:  {account.server}   (port {account.port}, {account.transport.upper()})")
    say(f"  User name:        {account.extension}   (also as authentication name)")
    say(f"  Password:         sipforge user show {account.extension} --secret")
    say(f"  Display name:     {account.name}")
    say(f"  Media encryption: {srtp[account.encryption.value]}")
