"""QR codes: what is drawn is what would be scanned."""

import stat
import struct
from pathlib import Path

import segno

from sipforge.infra.provisioning.qr import draw, write_png

LINK = "https://192.0.2.10:8443/p/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
HALVES = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
"""Character → dark (1) or not of its upper and lower module: what is printed is light."""


def test_a_terminal_shows_the_code_with_a_margin() -> None:
    drawn = draw(LINK).split("\n")
    upper_and_lower = [[HALVES[character] for character in line] for line in drawn]
    rows = [[pair[half] for pair in line] for line in upper_and_lower for half in (0, 1)]
    wanted = segno.make_qr(LINK, error="m")
    size = wanted.symbol_size(border=0)[0]
    assert len(drawn[0]) == size + 8
    assert [row[4:-4] for row in rows[4 : size + 4]] == [list(row) for row in wanted.matrix]
    assert not any(any(row[:4]) or any(row[-4:]) for row in rows[: size + 8])
    assert not any(map(any, rows[:4]))


def test_a_picture_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    path.touch(mode=0o644)
    write_png(LINK, path)
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (45 * 8, 45 * 8)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
