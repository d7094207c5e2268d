"""A real Redis for tests, on a Unix socket of its own."""

import subprocess
import time


class RedisServer:
    """A Redis with the appliance's kind of account: keys of ours only, nothing dangerous."""

    def __init__(self, directory):
        self.socket = directory / "redis.sock"
        self._acl = directory / "users.acl"
        self._acl.write_text(
            "user default off\n"
            "user sipforge on >secret ~sipforge:* resetchannels"
            " -@all +@read +@write +@transaction +@connection -@dangerous\n"
            "user test on >test ~* +@all\n"
        )
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", "0", "--unixsocket", str(self.socket)),
                *("--save", "", "--appendonly", "no", "--daemonize", "no", "--aclfile", str(self._acl)),
            ],
            stdout=subprocess.DEVNULL,
            cwd=self.socket.parent,
        )
        deadline = time.monotonic() + 10
        while "PONG" not in self.ask("ping"):
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def ask(self, *command: str) -> str:
        client = [
            "redis-cli",
            "-s",
            str(self.socket),
            "--user",
            "test",
            "--pass",
            "test",
            "--no-auth-warning",
        ]
        return subprocess.run([*client, *command], capture_output=True, text=True, check=False).stdout

    def keys(self) -> set[str]:
        return set(self.ask("keys", "*").split())
