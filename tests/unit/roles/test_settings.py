"""The templates and the check before an installation go by what the settings say, as Ansible renders them."""

import configparser
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sipforge.infra.settings.host import Settings
from sipforge.orchestrator.__main__ import AMI_ACCOUNT

ROLES = Path(__file__).parents[3] / "roles"
PLAY = """
- hosts: localhost
  gather_facts: false
  vars_files:
    - {roles}/asterisk/defaults/main.yml
    - {roles}/asterisk/vars/main.yml
    - {roles}/preflight/defaults/main.yml
    - {roles}/preflight/vars/main.yml
    - {roles}/sipforge/defaults/main.yml
  tasks:
    - ansible.builtin.copy:
        content: "{{{{ {{'ports': preflight_ports_wanted, 'templates': templates}} | to_json }}}}"
        dest: {folder}/rendered.json
      vars:
        templates:
          dialplan: "{{{{ lookup('template', '{roles}/asterisk/templates/extensions.conf.j2') }}}}"
          hep: "{{{{ lookup('template', '{roles}/asterisk/templates/hep.conf.j2') }}}}"
          manager: "{{{{ lookup('template', '{roles}/asterisk/templates/manager.conf.j2') }}}}"
          settings: "{{{{ lookup('template', '{roles}/sipforge/templates/sipforge.toml.j2') }}}}"
"""
HOST = {
    "__asterisk_version_output": {"stdout": "Asterisk 22.10.1"},
    "__asterisk_ami_secrets": {
        "results": [
            {"item": "ami-monitor", "content": "c2VjcmV0"},
            {"item": "ami-orchestrator", "content": "aGVhcnM="},
            {"item": "ami-cli", "content": "c2VjcmV0"},
        ]
    },
}
"""What the role asterisk finds out."""
TOLD = ["BridgeEnter", "BridgeLeave", "Hold", "Unhold", "Hangup", "DTMFBegin", "DTMFEnd"]
"""The events that sipforge.core.asterisk.lines goes by."""
OFFICE = {
    "sipforge_users": [{"extension": "1000", "name": "Reception"}],
    "sipforge_operator": "1000",
    "sipforge_assistants": {
        "english": {
            "extension": "2000",
            "language": "english",
            "http_port": 8081,
            "knowledge": "k",
            "filler_seconds": None,
            "departments": {"meeting room": "1000"},
        }
    },
}


def rendered(folder: Path, **variables) -> dict:
    (folder / "play.yml").write_text(PLAY.format(roles=ROLES, folder=folder))
    (folder / "office.yml").write_text(yaml.safe_dump({**HOST, **OFFICE, **variables}))
    command = ["ansible-playbook", "-e", "@office.yml", "play.yml"]
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "rendered.json").read_text())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "ami": {"port": 4001},
            "orchestrator": {"agi_port": 4002, "audiosocket_port": 4003},
            "monitor": {"hep_port": 4004},
        },
    ],
)
def test_a_port_is_set_once(tmp_path, given):
    found = rendered(tmp_path, sipforge_settings=given)
    settings = Settings.model_validate(tomllib.loads(found["templates"]["settings"]))
    ami, orchestrator = settings.ami.port, settings.orchestrator
    assert [ami, orchestrator.agi_port, orchestrator.audiosocket_port] == (
        [4001, 4002, 4003] if given else [5038, 4573, 9092]
    )
    assert f"\ncapture_address = 127.0.0.1:{settings.monitor.hep_port}\n" in found["templates"]["hep"]
    assert settings.monitor.hep_port == (4004 if given else 9060)
    assert f"\nport = {ami}\n" in found["templates"]["manager"]
    assert found["templates"]["dialplan"].count(f"AGI(agi://127.0.0.1:{orchestrator.agi_port}/") == 4
    assert f"AudioSocket/127.0.0.1:{orchestrator.audiosocket_port}/" in found["templates"]["dialplan"]
    ports = [
        ami,
        orchestrator.agi_port,
        orchestrator.audiosocket_port,
        orchestrator.http_port,
        settings.monitor.http_port,
        settings.monitor.hep_port,
        settings.provisioning.port,
        settings.provisioning.http_port,
    ]
    assert set(map(int, found["ports"])) == {5060, 5061, *ports, 8081}


def test_each_program_has_an_account_of_its_own_with_the_rights_it_needs(tmp_path):
    accounts = configparser.ConfigParser()
    accounts.read_string(rendered(tmp_path)["templates"]["manager"], "manager.conf")
    assert {
        name: (one["secret"], one["read"], one["write"]) for name, one in accounts.items() if "secret" in one
    } == {
        "monitor": ("secret", "system,call,security,user", "system,call"),
        AMI_ACCOUNT: ("hears", "call,dtmf", ""),
        "cli": ("secret", "", "system,call,originate"),
    }
    wanted = re.compile(accounts[AMI_ACCOUNT]["eventfilter"])
    assert [
        name for name in (*TOLD, "Newchannel", "VarSet", "RTCPSent") if wanted.search(f"Event: {name}\r\n")
    ] == TOLD


def test_what_is_left_empty_is_as_it_comes(tmp_path):
    settings = Settings.model_validate(tomllib.loads(rendered(tmp_path)["templates"]["settings"]))
    assert settings.office == Settings().office
    english = settings.bots["english"]
    assert (english.filler_seconds, english.departments, english.operator) == (
        None,
        {"meeting room": "1000"},
        "1000",
    )
