"""A host in a folder for the office's commands, with an Asterisk that may be running."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from sipforge.cli.__main__ import app
from tests.unit.ami_server import AmiServer

MODULES = ["app_voicemail.so", "pbx_config.so", "res_pjsip.so"]
"""All that read the office's files."""


class Machine:
    """Where commands are run, and what they left behind."""

    def __init__(self, folder: Path, server: AmiServer) -> None:
        self.folder, self.asterisk = folder / "etc/sipforge", folder / "etc/asterisk"
        self.public = folder / "var/lib/sipforge"
        self.server = server
        self.settings = self.folder / "sipforge.toml"
        self.asterisk.mkdir(parents=True)
        self.public.mkdir(parents=True)
        (self.folder / "credentials").mkdir(parents=True)
        (self.folder / "credentials" / "ami-cli").write_text("s3cret\n")
        self.settings.write_text(f"[ami]\nport = {server.port}\n")

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["--settings", str(self.settings), *arguments], input=stdin)

    def json(self, *arguments: str, stdin: str | None = None) -> Any:
        result = self.run(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refused(self, *arguments: str, stdin: str | None = None, code: int = 2) -> str:
        """The one sentence with which a command fails."""
        result = self.run(*arguments, stdin=stdin)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr.rstrip()

    def apply(self, users: list[dict[str, Any]], *options: str) -> Any:
        return self.json("user", "apply", "--file", "-", *options, stdin=json.dumps(users))

    def reloads(self) -> list[str]:
        return [action["Module"] for action in self.server.actions if action["Action"] == "Reload"]

    def stored(self) -> list[dict[str, str]]:
        users: list[dict[str, str]] = json.loads((self.folder / "users.json").read_text())["users"]
        return users

    def declare(self, **sections: Any) -> Any:
        """What the playbook does with the inventory."""
        return self.json("apply", "--file", "-", stdin=json.dumps(sections))

    def text(self, name: str) -> str:
        """One of Asterisk's files."""
        return (self.asterisk / f"sipforge_{name}.conf").read_text()

    def state(self) -> dict[str, bytes]:
        """All that is kept and made, to see that nothing changes."""
        kept = [path for path in self.folder.rglob("*.json") if path.is_file()]
        made = [*self.asterisk.iterdir(), *self.public.iterdir()]
        return {str(path): path.read_bytes() for path in (*kept, *made)}
