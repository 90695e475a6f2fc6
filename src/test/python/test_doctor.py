"""What dbt v1 sees of a ``def model``, compared with the parser of the dbt that is installed."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from fal._doctor import calls_seen_by_dbt, dbt_model, script

EXPRESSIONS = [
    "dbt.ref('a')",
    "dbt.ref('a').to_pandas()[['x']].rename()",
    "dbt.ref('a').to_pandas()[['x']]",
    "dbt.ref('a').T.head(2)",
    "(dbt.ref('a') + 1).head()",
    "dbt.ref('a') + dbt.ref('b')",
    "f(dbt.ref('a') + 1)",
    "f(dbt.ref('a').x)",
    "f(dbt.ref('a').x())",
    "f([dbt.ref('a'), [dbt.ref('b')]])",
    "f((dbt.ref('a'),), k=dbt.ref('b'))",
    "f({'a': dbt.ref('a'), dbt.ref('b'): 1}, **dbt.ref('c'))",
    "f(*dbt.ref('a'), *[dbt.ref('b')])",
    "f(f'{dbt.ref(1)} {dbt.ref(2) + 1}')",
    "f(lambda: dbt.ref('a'))",
    "f(dbt.ref('a') for _ in x)",
    "[dbt.ref('a') for _ in x]",
    "f(dbt.ref('a')[0])",
    "f(x)(dbt.ref('a'))",
    "f(dbt.ref('a'))(x)",
    "f(dbt.ref('a')).g(x)",
    "x[dbt.ref('a')].f()",
    "x[dbt.ref('a')]",
    "x if dbt.ref('a') else dbt.ref('b')",
    "f(x if dbt.ref('a') else dbt.ref('b'))",
    "(y := dbt.ref('a')).f()",
    "self.dbt.ref('a')",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_calls_are_seen_where_dbt_sees_them(expression: str) -> None:
    models = pytest.importorskip("dbt.parser.models")

    class Visitor(models.PythonParseVisitor):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__(None)
            self.visited: list[str] = []

        def visit_Call(self, node: ast.Call) -> Any:  # noqa: N802 - the ast module's name
            self.visited.append(ast.dump(node))
            super().visit_Call(node)

    tree = ast.parse(f"@d({expression})\ndef model(dbt, session):\n    x = {expression}\n")
    visitor = Visitor()
    visitor.visit(tree)
    assert sorted(map(ast.dump, calls_seen_by_dbt(tree.body))) == sorted(visitor.visited)


def test_calls_of_real_code_are_seen_where_dbt_sees_them() -> None:
    models = pytest.importorskip("dbt.parser.models")
    for path in sorted(Path(ast.__file__).parent.glob("a*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        visited: list[ast.Call] = []

        class Visitor(models.PythonParseVisitor):  # type: ignore[misc, name-defined]
            def visit_Call(self, node: ast.Call) -> Any:  # noqa: N802 - the ast module's name
                visited.append(node)  # noqa: B023 - used in this turn only
                super().visit_Call(node)

        Visitor(None).visit(tree)
        assert set(map(id, calls_seen_by_dbt(tree.body))) == set(map(id, visited)), path


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    return dbt.ref('a')\n", []),
        ("    df = dbt.ref('a').df()[['x']].rename()\n    return df\n", [(2, 10, "loses")]),
        ("    dbt.ref('a')\n    return dbt.ref('a').df()[['x']].rename()\n", []),
        ("    get = dbt.ref\n    return get('a')\n", [(2, 11, "under another name")]),
        ("    return dbt.ref(name)\n", [(2, 12, "have to be literals")]),
        ("    x = '{{ a }}'\n    return x\n", [(2, 10, "Jinja")]),
        ("    def model(): pass\n    return 1\n", []),
        ("    pass\n", [(2, 5, "return one data frame")]),
        ("    return 1\nclass C:\n    def model(dbt, x): return 1\n", [(4, 5, "second function")]),
        ("    dbt.config(materialized='executepython')\n    return 1\n", [(2, 29, "opendbt")]),
    ],
)
def test_what_is_said_of_a_dbt_model(
    tmp_path: Path, body: str, expected: list[tuple[int, int, str]]
) -> None:
    path = tmp_path / "m.py"
    path.write_text("def model(dbt, session):\n" + body)
    found = list(dbt_model(str(path), [], None))
    assert [(each.line, each.column) for each in found] == [each[:2] for each in expected]
    for each, (_, _, words) in zip(found, expected, strict=True):
        assert words in each.what


def test_reads_in_modules_are_lost_unless_the_model_has_them(tmp_path: Path) -> None:
    path, module = tmp_path / "m.py", tmp_path / "load.py"
    path.write_text("def model(dbt, session):\n    dbt.ref('a')\n    return load(dbt)\n")
    module.write_text("def load(dbt):\n    return dbt.ref('a'), dbt.source('s', 't')\n")
    broken = tmp_path / "broken.py"
    broken.write_text("def (\n")
    (found,) = dbt_model(str(path), [str(broken), str(module)], None)
    assert (found.path, found.line, found.column) == (str(module), 2, 26)
    assert "dbt.source('s', 't')" in found.what


def test_names_of_the_old_fal(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        "from faldbt.magics import init_fal\nimport fal.typing\nfrom fal import ref, FalDbt\n"
        "df = execute_sql('select 1')\nel.airbyte_sync('a')\nwrite_to_firestore(df, 'c', 'k')\n"
    )
    assert sorted(each.line for each in script(str(path))) == [5, 6]
