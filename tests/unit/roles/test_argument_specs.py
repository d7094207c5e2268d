"""A role's defaults and what its argument specification says of them are the same."""

import re
from pathlib import Path

import pytest
import yaml

ROLES = sorted((Path(__file__).resolve().parents[3] / "roles").iterdir())


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_defaults_are_those_of_the_specification(role: Path) -> None:
    options = read(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    specified = {
        name: option.get("default") for name, option in options.items() if not option.get("required")
    }
    assert read(role / "defaults" / "main.yml") == specified


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_option_is_described(role: Path) -> None:
    spec = read(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]
    assert spec["short_description"]
    assert [name for name, option in spec["options"].items() if not option.get("description")] == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_the_readme_has_every_option_with_its_default(role: Path) -> None:
    readme = (role / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", readme, re.MULTILINE))
    assert {name: yaml.safe_load(default) for name, default in table.items() if "{{" not in default} == {
        name: default
        for name, default in read(role / "defaults" / "main.yml").items()
        if "{{" not in str(default)
    }
    assert table.keys() == read(role / "defaults" / "main.yml").keys()
