"""What is put where telephones fetch it: made from the office, whenever it changes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host

if TYPE_CHECKING:
    from sipforge.core.office.office import Office
    from sipforge.core.office.users import User
    from sipforge.core.provisioning.account import Account
    from sipforge.core.provisioning.desk_phones import DeskPhone
    from sipforge.infra.provisioning.offers import Offers

IDENTIFIER = "sipforge-provisioning"
"""Of the lines in the journal, as of the service's own."""


@contextmanager
def told() -> Generator[None, None, None]:
    """Turn what the rules and the files complain about into the command's error."""
    from sipforge.infra.asterisk.office_store import OfficeStoreError
    from sipforge.infra.provisioning.authority import AuthorityError
    from sipforge.infra.provisioning.offers import OffersError
    from sipforge.infra.provisioning.phones import PhonesError

    try:
        yield
    except (OfficeStoreError, OffersError, PhonesError, AuthorityError, OSError) as error:
        raise CliError(str(error), Exit.UNREACHABLE) from error
    except ValueError as error:
        raise CliError(str(error), Exit.USAGE) from error


def server_of(host: Host) -> str:
    """What telephones call this host."""
    from sipforge.infra.address import own_address

    return host.settings.provisioning.host or own_address()


def account_of(host: Host, office: Office, user: User) -> Account:
    """What a telephone of this user is told.

    Raises:
        CliError: Asterisk's configuration cannot be read.
        ProvisioningError: the user's encryption needs what Asterisk does not do.
    """
    from sipforge.core.asterisk.sip_transports import parse_transports
    from sipforge.core.provisioning import account

    path = host.settings.asterisk_directory / "pjsip.conf"
    try:
        ports = parse_transports(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}", Exit.UNREACHABLE) from error
    return account.account_of(user, office.encryption(user), server_of(host), ports)


def offers_of(host: Host) -> Offers:
    """The host's offers, with the certificate of its authority beside them where it has one."""
    from sipforge.infra.provisioning.offers import Offers

    directory, ca = host.settings.offer_directory, host.settings.ca_certificate
    if ca.is_file():
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        shutil.copyfile(ca, directory / "ca.pem")
        (directory / "ca.pem").chmod(0o644)
    return Offers(directory)


def ca_url(host: Host) -> str:
    """Where telephones fetch the certificate of the host's own authority; empty where it has none."""
    settings = host.settings
    if not settings.ca_certificate.is_file():
        return ""
    return f"https://{server_of(host)}:{settings.provisioning.port}/ca.pem"


def offer_phone(host: Host, phone: DeskPhone, account: Account) -> None:
    """Put a desk telephone's file where it fetches it."""
    from sipforge.infra.provisioning.offers import Offer

    content = phone.render(account, ca_url(host))
    offer = Offer(account.extension, phone.model.content_type, content)
    offers_of(host).put_phone(phone.mac, offer, phone.password)


def office_changed(host: Host, before: Office, after: Office) -> None:
    """Have telephones fetch what holds now: to be called inside the office's lock, once it is saved.

    Links of a user who has changed or gone are ended, since they would tell an old password; a desk
    telephone's file is made anew where anything in it has changed, and taken away with its user.

    Raises:
        CliError: a file cannot be read or written, or a telephone cannot do what its user must.
    """
    from sipforge.infra.provisioning.phones import load_phones, save_phones

    were, are = (
        {user.extension: (user, office.encryption(user)) for user in office.users}
        for office in (before, after)
    )
    with told():
        offers, phones = offers_of(host), load_phones(host.settings.phones_file)
        for extension in [known for known, held in were.items() if are.get(known) != held]:
            offers.drop_links(extension, "replaced", time.time())
        kept = [phone for phone in phones if phone.extension in are]
        for phone in set(phones) - set(kept):
            offers.drop_phone(phone.mac)
        if len(kept) != len(phones):
            save_phones(host.settings.phones_file, kept)
        for phone in kept:
            offer_phone(host, phone, account_of(host, after, are[phone.extension][0]))
