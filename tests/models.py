"""The speech models that tests use: those of the manifest, installed once in ~/.cache/sipforge/models."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sipforge.infra.models.manifest import load_manifest
from sipforge.infra.models.store import check, install

REPOSITORY = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "sipforge"
FOLDER = CACHE / "models"


def model(name: str, report: Callable[[str], None] = lambda line: None, folder: Path = FOLDER) -> Path:
    """The folder of a model, in the folder of all models; what is missing or wrong is installed first.

    Raises:
        ModelError: it cannot be installed.
    """
    manifest = load_manifest((REPOSITORY / "models" / "manifest.toml").read_text(encoding="utf-8"))
    directory = folder / name
    if check(manifest[name], directory):
        install(manifest[name], directory, None, report)
    return directory
