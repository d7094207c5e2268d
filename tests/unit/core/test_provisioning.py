"""What telephones are told: read back as each of them reads it."""

import xml.etree.ElementTree as ET

import pytest

from sipforge.core.office.users import Encryption, User
from sipforge.core.provisioning import grandstream, linphone, yealink
from sipforge.core.provisioning.account import Account, ProvisioningError, account_of
from sipforge.core.provisioning.desk_phones import DeskPhone, Model, mac_asked_for, parse_mac, parse_model

SECRET = "s3cret&?=#/%|1001"
USER = User("1001", "O'Brien & É #1", SECRET)
PORTS = {"udp": 5060, "tcp": 5062, "tls": 5063}
LPCONFIG = "{http://www.linphone.org/xsds/lpconfig.xsd}"


def account(encryption: str = "off") -> Account:
    return account_of(USER, Encryption(encryption), "pbx.example", PORTS)


def entries(text: str) -> dict[tuple[str, str], str | None]:
    root = ET.fromstring(text)
    assert root.tag == f"{LPCONFIG}config"
    return {
        (section.attrib["name"], entry.attrib["name"]): entry.text for section in root for entry in section
    }


def lines(text: str) -> dict[str, str]:
    first, *rest = text.splitlines()
    assert first == "#!version:1.0.0.1"
    return dict(line.split(" = ", 1) for line in rest)


def p_values(text: str) -> dict[str, str]:
    root = ET.fromstring(text)
    assert root.tag == "gs_provision"
    values = [(value.tag, value.text or "") for value in root.iter() if value.tag.startswith("P")]
    assert len(values) == len(dict(values))
    return dict(values)


@pytest.mark.parametrize(
    ("encryption", "transport", "port"),
    [("off", "udp", 5060), ("offered", "tls", 5063), ("required", "tls", 5063)],
)
def test_keys_for_the_sound_never_travel_in_the_clear(encryption, transport, port):
    found = account(encryption)
    assert (found.transport, found.port) == (transport, port)


def test_what_asterisk_does_not_listen_on_is_told():
    with pytest.raises(
        ProvisioningError, match="1001: encryption is required, but Asterisk has no SIP transport tls"
    ):
        account_of(USER, Encryption.REQUIRED, "pbx.example", {"udp": 5060})


def test_what_is_only_offered_is_left_where_asterisk_does_not_do_it():
    found = account_of(USER, Encryption.OFFERED, "pbx.example", {"udp": 5060})
    assert (found.transport, found.port, found.encryption) == ("udp", 5060, Encryption.OFF)


def test_nothing_that_reaches_a_log_has_the_secret():
    shown = repr((account(), DeskPhone("001565aabbcc", Model.YEALINK, "1001", "the-password")))
    assert SECRET not in shown
    assert "the-password" not in shown


def test_linphone_registers_with_what_it_reads():
    found = entries(linphone.render(account()))
    assert found["auth_info_0", "username"] == "1001"
    assert found["auth_info_0", "passwd"] == SECRET
    assert found["proxy_0", "reg_proxy"] == "<sip:pbx.example:5060;transport=udp>"
    assert found["proxy_0", "reg_identity"] == '"O\'Brien & É #1" <sip:1001@pbx.example>'
    assert found["proxy_0", "reg_sendregister"] == "1"
    assert found["misc", "transient_provisioning"] == "1"


def test_linphone_has_the_codecs_in_order_and_no_stun():
    found = entries(linphone.render(account()))
    assert [found[f"audio_codec_{place}", "mime"] for place in range(4)] == ["opus", "PCMU", "PCMA", "G722"]
    assert (found["audio_codec_0", "rate"], found["audio_codec_3", "rate"]) == ("48000", "8000")
    assert found["misc", "add_missing_audio_codecs"] == "0"
    assert (
        found["proxy_0", "nat_policy_ref"] == found["nat_policy_0", "ref"] == found["net", "nat_policy_ref"]
    )
    # An empty entry deletes what the telephone had.
    assert [found[key] for key in (("net", "stun_server"), ("nat_policy_0", "protocols"))] == [None, None]


@pytest.mark.parametrize(
    ("encryption", "proxy", "srtp", "mandatory", "line", "number"),
    [
        ("off", "<sip:pbx.example:5060;transport=udp>", "none", "0", "0", "0"),
        ("offered", "<sip:pbx.example:5063;transport=tls>", "srtp", "0", "1", "1"),
        ("required", "<sip:pbx.example:5063;transport=tls>", "srtp", "1", "2", "2"),
    ],
)
def test_each_make_encrypts_as_the_user_is_set(encryption, proxy, srtp, mandatory, line, number):
    found = entries(linphone.render(account(encryption)))
    assert found["proxy_0", "reg_proxy"] == found["proxy_0", "reg_route"] == proxy
    assert (found["sip", "media_encryption"], found["sip", "media_encryption_mandatory"]) == (srtp, mandatory)
    assert lines(yealink.render(account(encryption)))["account.1.srtp_encryption"] == line
    assert p_values(grandstream.render(account(encryption)))["P183"] == number


def test_linphone_is_told_whom_to_trust_only_if_that_is_set():
    assert ("sip", "root_ca") not in entries(linphone.render(account()))
    assert entries(linphone.render(account(), "/sdcard/ca.pem"))["sip", "root_ca"] == "/sdcard/ca.pem"
    assert entries(linphone.render(account()))["sip", "verify_server_certs"] == "1"


def test_yealink():
    found = lines(yealink.render(account("required"), "https://pbx.example:8443/ca.pem"))
    assert {
        key: found[f"account.1.{key}"] for key in ("user_name", "auth_name", "password", "display_name")
    } == {
        "user_name": "1001",
        "auth_name": "1001",
        "password": SECRET,
        "display_name": "O'Brien & É #1",
    }
    assert found["account.1.sip_server.1.address"] == "pbx.example"
    assert (found["account.1.sip_server.1.port"], found["account.1.sip_server.1.transport_type"]) == (
        "5063",
        "2",
    )
    codecs = {key.split(".")[3]: value for key, value in found.items() if key.endswith(".priority")}
    assert codecs == {"opus": "1", "pcmu": "2", "pcma": "3", "g722": "4"}
    assert found["static.trusted_certificates.url"] == "https://pbx.example:8443/ca.pem"
    assert "static.trusted_certificates.url" not in lines(yealink.render(account()))


def test_grandstream():
    found = p_values(grandstream.render(account()))
    assert {key: found[key] for key in ("P271", "P35", "P36", "P34", "P3", "P47", "P130", "P33")} == {
        "P271": "1",
        "P35": "1001",
        "P36": "1001",
        "P34": SECRET,
        "P3": "O'Brien & É #1",
        "P47": "pbx.example:5060",
        "P130": "0",
        "P33": "*97",
    }
    assert [found[f"P{place}"] for place in (57, 58, 59, 60)] == ["123", "0", "8", "9"]
    assert p_values(grandstream.render(account("required")))["P130"] == "2"


@pytest.mark.parametrize("text", ["00:15:65:AA:bb:cc", "00-15-65-aa-bb-cc", "001565aabbcc", " 001565AABBCC "])
def test_a_mac_address_however_it_is_written(text):
    assert parse_mac(text) == "001565aabbcc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00:15:65:aa:bb",
        "00:15:65:aa:bb:cc:dd",
        "00:15:65:aa:bb:cg",
        "01:00:5e:00:00:01",
        "0" * 12,
        "../x",
    ],
)
def test_what_is_no_telephones_mac_address(text):
    with pytest.raises(ProvisioningError, match="must be the telephone's own, such as 00:15:65:aa:bb:cc"):
        parse_mac(text)


def test_a_model_that_is_not_known_is_told_with_those_that_are():
    assert parse_model("Yealink") is Model.YEALINK
    with pytest.raises(ProvisioningError, match="'snom': is not known; there are: yealink, grandstream"):
        parse_model("snom")


@pytest.mark.parametrize(
    ("name", "mac"),
    [
        ("001565aabbcc.cfg", "001565aabbcc"),
        ("001565AABBCC.cfg", "001565aabbcc"),
        ("cfg000b82aabbcc.xml", "000b82aabbcc"),
        ("y000000000028.cfg", None),
        ("001565aabbcc.boot", None),
        ("cfg000b82aabbcc", None),
        ("cfg.xml", None),
        ("001565aabbcc.cfg\n", None),
    ],
)
def test_whose_file_is_asked_for(name, mac):
    assert mac_asked_for(name) == mac


@pytest.mark.parametrize("model", Model)
def test_a_telephone_asks_for_what_it_is_offered(model):
    phone = DeskPhone("001565aabbcc", model, "1001", "p")
    assert mac_asked_for(phone.file_name) == phone.mac
    assert SECRET in phone.render(account()).replace("&amp;", "&")
