"""What is put where telephones fetch it: made from the office, whenever it changes."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sipforge.cli import errors
from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import warn

if TYPE_CHECKING:
    from sipforge.core.certificates import Certificate
    from sipforge.core.office.keeping.described import Described
    from sipforge.core.office.users import Encryption, User
    from sipforge.core.provisioning.account import Account
    from sipforge.core.provisioning.desk_phones import DeskPhone
    from sipforge.infra.provisioning.offers import Offers

CA_FILE = "ca.pem"
IDENTIFIER = "sipforge-provisioning"
"""Of the lines in the journal, as of the service's own."""


def told() -> AbstractContextManager[None]:
    """Turn what the rules and the files complain about into the command's error."""
    from sipforge.infra.asterisk.office_store import OfficeStoreError
    from sipforge.infra.certificates import CertificateError
    from sipforge.infra.provisioning.offers import OffersError
    from sipforge.infra.provisioning.phones import PhonesError

    return errors.told(OfficeStoreError, OffersError, PhonesError, CertificateError, OSError)


def server_of(host: Host) -> str:
    """What telephones call this host."""
    from sipforge.infra.address import own_address

    return host.settings.provisioning.host or own_address()


def account_of(host: Host, user: User, encryption: Encryption) -> Account:
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
    return account.account_of(user, encryption, server_of(host), ports)


def offers_of(host: Host) -> Offers:
    """The host's offers."""
    from sipforge.infra.provisioning.offers import Offers

    return Offers(host.settings.offer_directory)


def authority_of(host: Host) -> Certificate | None:
    """The host's own certificate authority, if it is what the host's certificate is signed by.

    Its certificate is put where telephones can fetch it.

    Raises:
        CertificateError: one of the two cannot be read.
    """
    from sipforge.infra.atomic_file import replace_file
    from sipforge.infra.certificates import read_certificate

    settings = host.settings
    if not settings.ca_certificate.exists():
        return None
    authority = read_certificate(settings.ca_certificate)
    if read_certificate(settings.certificate).issuer != authority.subject:
        return None
    settings.offer_directory.mkdir(mode=0o750, parents=True, exist_ok=True)
    replace_file(settings.offer_directory / CA_FILE, settings.ca_certificate.read_bytes(), 0o644)
    return authority


def ca_url(host: Host) -> str:
    """Where telephones fetch the certificate of the host's own authority; empty where it has none."""
    if authority_of(host) is None:
        return ""
    return f"https://{server_of(host)}:{host.settings.provisioning.port}/{CA_FILE}"


def warn_of_names(host: Host) -> None:
    """Say so where telephones call this host by what does not stand in its certificate."""
    from sipforge.infra.certificates import read_certificate

    server, path = server_of(host), host.settings.certificate
    names = read_certificate(path).names if path.exists() else (server,)
    if server not in names and f"*.{server.partition('.')[2]}" not in names:
        warn(f"telephones will refuse the certificate, which is not for {server}: set provisioning.host")


def offer_phone(host: Host, phone: DeskPhone, account: Account, ca: str) -> None:
    """Put a desk telephone's file where it fetches it; `ca` as from `ca_url`."""
    from sipforge.infra.provisioning.offers import Offer

    content = phone.render(account, ca)
    offer = Offer(account.extension, phone.model.content_type, content)
    offers_of(host).put_phone(phone.mac, offer, phone.password)


def office_changed(host: Host, before: Described, after: Described) -> None:
    """Have telephones fetch what holds now: to be called inside the office's lock, once it is saved.

    Links of a user who has changed or gone are ended, since they would tell an old password; a desk
    telephone's file is made anew where anything in it has changed, and taken away with its user.

    Raises:
        CliError: a file cannot be read or written, or a telephone cannot do what its user must.
    """
    from sipforge.infra.provisioning.phones import load_phones, save_phones

    were, are = before.telephones(), after.telephones()
    with told():
        offers, phones = offers_of(host), load_phones(host.settings.phones_file)
        for extension in [known for known, held in were.items() if are.get(known) != held]:
            offers.drop_links(extension, "replaced", time.time())
        kept = [phone for phone in phones if phone.extension in are]
        for phone in set(phones) - set(kept):
            offers.drop_phone(phone.mac)
        if len(kept) != len(phones):
            save_phones(host.settings.phones_file, kept)
        ca = ca_url(host) if kept else ""
        for phone in kept:
            offer_phone(host, phone, account_of(host, *are[phone.extension]), ca)
