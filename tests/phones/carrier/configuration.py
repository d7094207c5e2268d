"""The carrier's Asterisk: its configuration as texts, and its dialplan, which does as a number's end says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.phones.carrier.seen import CALLED, ENDED, PLACED, noting

SILENT, ECHO, SPEECH, RINGS, EARLY = "000", "001", "002", "180", "183"
"""Last digits of numbers: nothing follows the INVITE; an echo; a sentence; rings for ever; a sentence before
the answer, which never comes.

Those that are an error of SIP (401, 486, 503...) are refused with it. All others ring a telephone that has
the number, or are SPEECH.
"""
CERTIFICATE, KEY = "carrier.crt", "carrier.key"
MODULES = """
    res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_srtp res_pjproject
    res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_acl res_pjsip_authenticator_digest
    res_pjsip_caller_id res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip
    res_pjsip_header_funcs res_pjsip_nat res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326
    res_pjsip_sdp_rtp res_rtp_asterisk res_speech chan_pjsip
    app_dial app_echo app_playback app_stack bridge_simple bridge_native_rtp bridge_softmix
    codec_ulaw codec_alaw codec_a_mu codec_g722 codec_resample format_wav format_pcm format_sln
    func_callerid func_channel func_dialplan func_env func_logic func_strings pbx_config pbx_spool
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What the carrier knows of an office."""

    user: str
    secret: str = ""
    """Empty: the office is known by its address, and does not register."""
    numbers: tuple[str, ...] = ("+250788100200",)
    """Its numbers: calls to them are sent there."""
    encrypted: bool = False
    """Whether calls must be SRTP (SDES)."""
    contacts: int = 1
    """How many may register; 0: whoever does is refused with 403."""
    contact: str = "5060"
    """Port of an office that does not register, perhaps with ;transport=tcp behind it."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A telephone outside, for a real phone that registers at the carrier."""

    number: str
    secret: str


def files(
    folder: str,
    modules: str,
    address: str,
    office: str,
    accounts: Sequence[Account],
    subscribers: Sequence[Subscriber],
) -> Mapping[str, str]:
    """The files of the configuration.

    Args:
        folder: where they are, and whatever else the program reads and writes.
        modules: the folder of Asterisk's modules.
        address: the carrier's own.
        office: the appliance's, as the carrier sees it.
        accounts: the offices that it knows.
        subscribers: telephones.
    """
    own = "".join(
        f"ast{kind}dir => {folder}\n" for kind in ("etc", "varlib", "db", "key", "spool", "run", "log")
    )
    brought = f"astmoddir => {modules}\nastdatadir => /usr/share/asterisk\n"
    loads = "".join(f"load = {name}.so\n" for name in MODULES.split())
    return {
        "asterisk.conf": f"[directories]\n{own}{brought}[options]\nhideconnect = yes\n",
        "modules.conf": f"[modules]\nautoload = no\n{loads}",
        "logger.conf": "[general]\n[logfiles]\nmessages.log => notice,warning,error\n",
        "rtp.conf": "[general]\nrtpstart = 20000\nrtpend = 21999\n",
        "cdr.conf": "[general]\nenable = no\n",
        "pjsip.conf": _pjsip(folder, address, office, accounts, subscribers),
        "extensions.conf": _extensions(folder, accounts, subscribers),
    }


def _pjsip(
    folder: str, address: str, office: str, accounts: Sequence[Account], subscribers: Sequence[Subscriber]
) -> str:
    order = "auth_username,username,ip"
    parts = [_section("global", "global", user_agent="Carrier", endpoint_identifier_order=order)]
    for name, port in (("udp", 5060), ("tcp", 5060)):
        parts.append(_section(name, "transport", protocol=name, bind=f"{address}:{port}"))
    pair = {"cert_file": f"{folder}/{CERTIFICATE}", "priv_key_file": f"{folder}/{KEY}", "method": "tlsv1_2"}
    parts.append(_section("tls", "transport", protocol="tls", bind=f"{address}:5061", **pair))
    for account in accounts:
        srtp = {"media_encryption": "sdes"} if account.encrypted else {}
        contact = "" if account.secret else f"{office}:{account.contact}"
        parts.append(_endpoint(account.user, account.secret, "office", account.contacts, contact, **srtp))
        if contact:
            parts.append(_section(account.user, "identify", endpoint=account.user, match=office))
    telephones = [
        _endpoint(one.number, one.secret, "telephones", 1, "", callerid=f"<{one.number}>")
        for one in subscribers
    ]
    return "\n".join([*parts, *telephones])


def _endpoint(name: str, secret: str, context: str, contacts: int, contact: str, **more: str) -> str:
    password = {"auth": name} if secret else {}
    own = {"contact": f"sip:{contact}"} if contact else {"remove_existing": "yes"}
    parts = [
        _section(
            name,
            "endpoint",
            context=context,
            disallow="all",
            allow="alaw,ulaw,g722",
            direct_media="no",
            rtp_symmetric="yes",
            force_rport="yes",
            rewrite_contact="yes",
            trust_id_inbound="yes",
            trust_id_outbound="yes",
            send_pai="yes",
            identify_by="auth_username,username,ip",
            aors=name,
            **password,
            **more,
        ),
        _section(name, "aor", max_contacts=str(contacts), **own),
    ]
    if secret:
        parts.append(_section(name, "auth", auth_type="userpass", username=name, password=secret))
    return "\n".join(parts)


def _section(name: str, kind: str, **values: str) -> str:
    return "\n".join(
        [f"[{name}]", f"type = {kind}", *(f"{key} = {value}" for key, value in values.items()), ""]
    )


def _extensions(folder: str, accounts: Sequence[Account], subscribers: Sequence[Subscriber]) -> str:
    """What offices dial starts in [office], what telephones dial in [telephones], own calls in [placed]."""
    seen = f"{folder}/seen"
    ways = {one.number: one.number for one in subscribers}
    ways |= {number: f"{number}@{account.user}" for account in accounts for number in account.numbers}
    numbers = "".join(
        f"exten => {number},1,Dial(PJSIP/{way},120)\n same => n,Hangup(${{HANGUPCAUSE}})\n"
        for number, way in ways.items()
    )
    return f"""\
[general]
static = yes
autofallthrough = yes

[office]
exten => _.,1,{noting(seen, CALLED)}
 same => n,Set(CHANNEL(hangup_handler_push)=ended,s,1)
 same => n,Goto(rung,${{EXTEN}},1)

[ended]
exten => s,1,{noting(seen, ENDED)}
 same => n,Return()

; A telephone hides its number by #31# in front, as in GSM.
[telephones]
exten => _#31#.,1,Set(CALLERID(pres)=prohib)
 same => n,Goto(rung,${{EXTEN:4}},1)
exten => _[+0-9].,1,Goto(rung,${{EXTEN}},1)

[placed]
exten => s,1,Set(CALLERID(num)=${{FROM}})
 same => n,Set(CALLERID(pres)=${{IF($[${{HIDDEN}}]?prohib:allowed)}})
 same => n,Dial(PJSIP/${{TO}}@${{ACCOUNT}},120)
exten => h,1,{noting(seen, PLACED)}

[rung]
{numbers}
exten => _.,1,Set(END=${{EXTEN:-3}})
 same => n,GotoIf($[${{DIALPLAN_EXISTS(ends,${{END}},1)}}]?ends,${{END}},1)
 same => n,GotoIf($[${{REGEX("^[456][0-9][0-9]$" ${{END}})}} = 0]?ends,{SPEECH},1)
 same => n,PJSIPHangup(${{END}})

[ends]
exten => {SILENT},1,Wait(300)
exten => {ECHO},1,Answer()
 same => n,Echo()
exten => {SPEECH},1,Answer()
 same => n(again),Wait(0.5)
 same => n,Playback({folder}/speech)
 same => n,Wait(2)
 same => n,Goto(again)
exten => {RINGS},1,Ringing()
 same => n,Wait(300)
exten => {EARLY},1,Progress()
 same => n,Playback({folder}/speech,noanswer)
 same => n,Wait(300)
"""
