"""Ansible module: a speech model of the manifest is on the host, whole and verified."""

from __future__ import annotations

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.sipforge_models.download import ModelError
from ansible.module_utils.sipforge_models.manifest import load_manifest, source_folder
from ansible.module_utils.sipforge_models.store import check, install

DOCUMENTATION = r"""
module: sipforge_model
short_description: Install a speech model of the manifest
description: Tries the model's sources in order (a folder, the hub, Python packages) under one checksum.
options:
  name: {type: str, required: true, description: Name of the model in the manifest.}
  manifest: {type: str, required: true, description: The manifest itself, as TOML text.}
  directory: {type: path, required: true, description: Folder of all models; the model gets a folder in it.}
  folder: {type: path, description: Folder on the host that holds models by name, for hosts with no way out.}
"""


def main() -> None:
    """Compare the model's files with the manifest and install it if they differ."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "manifest": {"type": "str", "required": True},
            "directory": {"type": "path", "required": True},
            "folder": {"type": "path"},
        },
        supports_check_mode=True,
    )
    name = module.params["name"]
    directory = Path(module.params["directory"]) / name
    folder = Path(module.params["folder"]) if module.params["folder"] else None
    try:
        manifest = load_manifest(module.params["manifest"])
        if name not in manifest:
            known = ", ".join(sorted(manifest))
            module.fail_json(msg=f"The manifest has no model named {name}; it has {known}.")
        problems = check(manifest[name], directory)
        if problems and manifest[name].convert:
            # It is converted by SipForge itself, which is not there yet.
            directory = source_folder(manifest[name], directory.parent)
            problems = check(manifest[name], directory)
        source = ""
        if problems and not module.check_mode:
            source = install(manifest[name], directory, folder, lambda text: None)
    except ModelError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(problems), problems=problems, source=source)


if __name__ == "__main__":
    main()
