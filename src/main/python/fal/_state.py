"""What ``--state`` holds, as dbt's own selector and ``--defer`` have to see it for Python models.

A stub is an ephemeral model on disk, and so it is in the manifest that is compared with; dbt defers no
ephemerals, and a stub stays the same when the script behind it changes. So dbt is given a copy of the
folder, in which a stub has the materialization it has in this run's memory, and another body where
the script has changed.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from dbt.contracts.graph.manifest import WritableManifest

_STUB = "FAL_GENERATED "
_CHANGED = "\n-- the Python source has changed"


class State:
    """The folders of ``--state`` and ``--defer-state`` of one invocation.

    ``checksums``: of the Python models' code, by unique_id. ``relation_name(node)``: the relation of a
    node of a manifest, as text. ``warn(message)`` tells the user something. ``scripts``: checksum and node of each,
    which no manifest on disk has.
    """

    def __init__(
        self,
        checksums: Mapping[str, str],
        materialization: str,
        relation_name: Callable[[Mapping[str, Any]], str],
        warn: Callable[[str], None],
        scripts: Mapping[str, tuple[str, dict[str, Any]]],
    ) -> None:
        self._checksums = checksums
        self._materialization = materialization
        self._relation_name = relation_name
        self._warn = warn
        self._scripts = scripts

    def copy(self, folder: str, place: str) -> str | None:
        """The path of a copy in ``place``; None when dbt can take the folder as it is.

        That is also so when there is no manifest in it, or one of another version: dbt says what is wrong,
        and what it can do with the latter does not hold for Python models, of which is warned.
        """
        manifest = _read(os.path.join(folder, "manifest.json"))
        version = manifest.get("metadata", {}).get("dbt_schema_version")
        if version != str(WritableManifest.dbt_schema_version):
            if version and self._checksums:
                name = os.path.basename(version).removesuffix(".json")
                self._warn(
                    f"{folder} holds a manifest of another version of dbt ({name}):"
                    " state:modified does not see which Python models changed, and none of them is deferred."
                    " Make the state anew with the dbt that runs now."
                )
            return None
        stubs = {
            unique_id: node
            for unique_id, node in manifest.get("nodes", {}).items()
            if node["resource_type"] == "model" and _STUB in (node.get("raw_code") or "")
        }
        if not stubs and not self._scripts:
            return None
        known = _read(os.path.join(folder, "fal_manifest.json"))
        before = known.get("python_models", {})
        manifest["nodes"].update(self._scripts_of(known.get("scripts")))
        unknown = []
        for unique_id, node in stubs.items():
            node["config"]["materialized"] = self._materialization
            node["relation_name"] = node.get("relation_name") or self._relation_name(node)
            now = self._checksums.get(unique_id)
            if now is not None and unique_id not in before:
                unknown.append(node["name"])
            if now is not None and before.get(unique_id, {}).get("checksum") != now:
                node["raw_code"] += _CHANGED
        if unknown:
            self._warn(
                f"{folder} has no fal_manifest.json that tells the code of"
                f" {', '.join(sorted(unknown))}: state:modified takes them for changed. Keep the file that"
                " fal writes beside manifest.json together with it."
            )
        copy = tempfile.mkdtemp(prefix="state-", dir=place)
        for name in os.listdir(folder):
            if name != "manifest.json":
                os.symlink(os.path.abspath(os.path.join(folder, name)), os.path.join(copy, name))
        with open(os.path.join(copy, "manifest.json"), "w", encoding="utf-8") as file:
            file.write(json.dumps(manifest))
        return copy

    def _scripts_of(self, before: Mapping[str, str] | None) -> dict[str, dict[str, Any]]:
        """The scripts that were there: as they are now, but for another body where they have changed. Of a state that
        fal did not write nothing is known; they are taken for unchanged."""
        nodes = {}
        for unique_id, (checksum, node) in self._scripts.items():
            if before is not None and unique_id not in before:
                continue
            changed = before is not None and before[unique_id] != checksum
            nodes[unique_id] = (
                {**node, "raw_code": node["raw_code"] + _CHANGED} if changed else node
            )
        return nodes


def _read(path: str) -> dict[str, Any]:
    """The object in a JSON file, an empty one where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
