"""What models are run in, by processor."""

from __future__ import annotations

from pathlib import Path

import pytest

from sipforge.engines.runtime import ct2


@pytest.mark.parametrize(
    ("cpu", "saturates"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx avx2\n", True),
        ("flags\t\t: avx2 avx512f\nflags\t\t: avx2 avx512f\n", True),
        ("flags\t\t: avx2 avx512f avx512_vnni\n", False),
        ("flags\t\t: avx2 avx_vnni\n", False),
        ("processor\t: 0\nFeatures\t: fp asimd\n", False),
        ("", False),
    ],
)
def test_products_of_bytes_saturate_on_x86_without_vnni(cpu: str, saturates: bool) -> None:
    assert ct2.saturates(cpu) is saturates


@pytest.mark.parametrize(
    ("cpu", "chat"), [("flags\t\t: avx2\n", "float32"), ("flags\t\t: avx_vnni\n", "int8")]
)
def test_only_a_chat_model_is_run_in_another_type(
    cpu: str, chat: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(cpu, encoding="utf-8")
    monkeypatch.setattr(ct2, "_CPU", tmp_path / "cpuinfo")
    assert {ct2.compute_type(kind) for kind in ("Whisper", "Translator", "Wav2Vec2Bert")} == {"int8"}
    assert ct2.compute_type("Generator") == chat


def test_a_host_that_does_not_tell_its_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ct2, "_CPU", tmp_path / "none")
    assert ct2.compute_type("Generator") == "int8"
