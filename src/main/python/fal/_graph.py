"""What ``list_models()`` and its sisters tell of the project: nodes of dbt's manifest as plain values.

The statuses of a run are the JVM's to add.
"""

from __future__ import annotations

from typing import Any


def describe(manifest: Any) -> dict[str, Any]:
    """Models, sources and tests of all packages, in the manifest's order."""
    nodes = [each for each in manifest.nodes.values() if each.unique_id.split(".")[0] != "script"]
    return {
        "models": [_model(node) for node in nodes if node.resource_type == "model"],
        "sources": [_source(source) for source in manifest.sources.values()],
        "tests": [_test(node) for node in nodes if node.resource_type == "test"],
    }


def _model(node: Any) -> dict[str, Any]:
    return {
        "unique_id": node.unique_id,
        "name": node.name,
        "alias": node.alias,
        "package": node.package_name,
        "database": node.database,
        "schema": node.schema,
        "materialized": node.config.materialized,
        "meta": dict(node.config.meta or node.meta or {}),
        "columns": {name: column.to_dict() for name, column in node.columns.items()},
        "depends_on": [each for each in node.depends_on_nodes if not each.startswith("script.")],
    }


def _source(source: Any) -> dict[str, Any]:
    return {
        "unique_id": source.unique_id,
        "name": source.source_name,
        "table_name": source.name,
        "package": source.package_name,
        "database": source.database,
        "schema": source.schema,
        "identifier": source.identifier,
        "meta": dict(source.meta or getattr(source.config, "meta", None) or {}),
        "columns": {name: column.to_dict() for name, column in source.columns.items()},
    }


def _test(node: Any) -> dict[str, Any]:
    metadata = getattr(node, "test_metadata", None)
    arguments = {} if metadata is None else (metadata.kwargs or {})
    parents = list(node.depends_on_nodes)
    return {
        "unique_id": node.unique_id,
        "name": node.name if metadata is None else metadata.name,
        "generic": metadata is not None,
        "column": getattr(node, "column_name", None) or arguments.get("column_name"),
        "model_ids": [each for each in parents if each.startswith("model.")],
        "source_ids": [each for each in parents if each.startswith("source.")],
    }
