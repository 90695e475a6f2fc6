"""What ``list_models()`` and its sisters make of the project."""

from __future__ import annotations

from typing import Any

import pytest

from fal._nodes import Nodes


def project(model: str, test: str) -> dict[str, Any]:
    return {
        "models": [
            {
                "name": "m",
                "alias": "m",
                "unique_id": "model.shop.m",
                "status": model,
                "columns": {},
                "meta": {},
                "database": "shop",
                "schema": "main",
                "materialized": "table",
                "depends_on": [],
            }
        ],
        "sources": [],
        "tests": [
            {
                "name": "unique",
                "unique_id": "test.shop.unique_m_id",
                "status": test,
                "model_ids": ["model.shop.m"],
                "source_ids": [],
                "generic": True,
                "column": "id",
            }
        ],
    }


@pytest.mark.parametrize(
    ("model", "test", "status"),
    [
        ("skipped", "skipped", "skipped"),
        ("skipped", "pass", "tested"),
        ("skipped", "fail", "tested"),
        ("success", "fail", "success"),
        ("error", "skipped", "error"),
    ],
)
def test_a_model_that_was_tested_only_is_tested(model: str, test: str, status: str) -> None:
    nodes = Nodes(project(model, test))
    assert [each.status for each in nodes.models] == [status]
    assert [each.model for each in nodes.models[0].tests] == ["m"]
