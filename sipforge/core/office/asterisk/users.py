"""Users: their telephones, their mailboxes, their extensions and lamps."""

from __future__ import annotations

from sipforge.core.office.asterisk.encryption import closed_door, endpoint_template
from sipforge.core.office.codes import DISTURB_NOT, FORWARD_ALWAYS
from sipforge.core.office.groups import EVERYBODY
from sipforge.core.office.office import Office
from sipforge.core.office.users import User


def ordered(office: Office) -> list[User]:
    """Its users, by extension."""
    return sorted(office.users, key=lambda user: user.extension)


def endpoints(office: Office) -> str:
    """For pjsip.conf: each user's endpoint, auth and aor."""
    return "".join(_endpoint(user, office) for user in ordered(office))


def _endpoint(user: User, office: Office) -> str:
    extension, encryption = user.extension, office.encryption(user)
    # Who rings together takes each other's calls; who is in no group takes anybody's.
    own = [group.name for group in office.plan.groups if extension in group.members]
    return (
        f"\n[{extension}]({endpoint_template(encryption)})\n"
        "type=endpoint\n"
        f"auth={extension}\n"
        f"aors={extension}\n"
        f'callerid="{user.name}" <{extension}>\n'
        f"accountcode={extension}\n"
        f"named_call_group={','.join([EVERYBODY, *own])}\n"
        f"named_pickup_group={','.join(own or [EVERYBODY])}\n"
        f"mailboxes={extension}@default\n"
        f"\n[{extension}](sipforge-auth)\n"
        "type=auth\n"
        "auth_type=userpass\n"
        f"username={extension}\n"
        f"password={user.secret}\n"
        f"\n[{extension}](sipforge-aor)\n"
        "type=aor\n"
        # Whose messages a telephone hears of that asks for them.
        f"mailboxes={extension}@default\n" + closed_door(extension, encryption)
    )


def mailboxes(office: Office) -> str:
    """For voicemail.conf."""
    # No PIN: a mailbox is opened from its owner's own telephone, which has given its SIP password.
    return "[default]\n" + "".join(
        f"{user.extension} => ,{user.name}{',' + user.email if user.email else ''}\n"
        for user in ordered(office)
    )


def extensions(office: Office) -> str:
    """For extensions.conf: each user's extension, with a lamp that shows do-not-disturb as well, and one for
    each of the two."""
    return "\n[users]\n" + "".join(
        f"exten => {user.extension},1,Gosub(sub-user,s,1({user.extension}))\n"
        f"exten => {user.extension},hint,PJSIP/{user.extension}&Custom:DND{user.extension}\n"
        f"exten => {DISTURB_NOT}{user.extension},hint,Custom:DND{user.extension}\n"
        f"exten => {FORWARD_ALWAYS}{user.extension},hint,Custom:FORWARD{user.extension}\n"
        for user in ordered(office)
    )
