"""The speech models that tests use: those of the manifest, installed once in ~/.cache/sipforge/models."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sipforge.cli.models.conversion import convert
from sipforge.infra.models.manifest import load_manifest, source_folder
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
    wanted = manifest[name]
    if check(wanted, directory):
        install(wanted, source_folder(wanted, folder), None, report)
        if wanted.convert:
            convert(wanted, folder, None, REPOSITORY / "models", report)
    return directory
