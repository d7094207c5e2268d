import json
import os
import subprocess
import sys
import time

import pytest

from tests.bench.host import _USAGE, Usage, cores_used, describe, revision


def test_usage_is_that_of_a_unit_and_its_children(tmp_path):
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\n[ "$4" = here ] && echo {os.getpid()} || echo 0\n')
    systemctl.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [sys.executable, "-", "here", "stopped"]
    spent = time.process_time()
    done = subprocess.run(command, input=_USAGE, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    cpu_seconds, memory_mb = found["units"]["here"]
    assert cpu_seconds >= spent - 0.1
    assert memory_mb > 10.0
    assert found["units"]["stopped"] == [0, 0.0]
    assert found["busy"] > 0.0


def test_cores_used_between_two_instants():
    before = Usage(100.0, {"asterisk": 3.0}, {}, 50.0)
    after = Usage(110.0, {"asterisk": 5.0, "redis-server": 1.0}, {}, 65.0)
    assert cores_used(before, after) == pytest.approx({"asterisk": 0.2, "redis-server": 0.1, "machine": 1.5})


def test_the_machine_is_described():
    lines = describe((0.5, 0.25, 0.1))
    assert f"{os.cpu_count()} cores" in lines[0]
    assert "load average before 0.50 0.25 0.10, after" in lines[2]
    assert revision()
