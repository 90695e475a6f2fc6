"""The analysis process, driven as the JVM drives it: lines in, lines out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "main" / "python" / "fal" / "_analysis.py"


def ask(*questions: dict[str, Any], modules: list[Path] | None = None) -> list[dict[str, Any]]:
    files = {str(path): path.name for path in modules or []}
    requests = [json.dumps(each) + "\n" for each in ({"modules": files, "vars": {}}, *questions)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT)],
        input="".join(requests).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(*paths: Path) -> list[dict[str, Any]]:
    questions = [
        {"path": str(path), "file": path.name, "search": [str(path.parent)]} for path in paths
    ]
    return ask(*questions)


def analyse(tmp_path: Path, source: str | bytes, name: str = "m.py") -> dict[str, Any]:
    file = tmp_path / name
    file.write_bytes(source if isinstance(source, bytes) else source.encode())
    (answer,) = run(file)
    assert answer["file"] == name
    return answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [dependency["text"] for dependency in answer["dependencies"]]


def unresolved(answer: dict[str, Any]) -> list[str]:
    return [call["text"] for call in answer["unresolved"]]


LONG = "a" * 70


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ('ref("a")', "ref('a')"),
        ("ref( 'a' , )", "ref('a')"),
        ("ref('pkg', \"b\")", "ref('pkg', 'b')"),
        ("source('db', 't')", "source('db', 't')"),
        ('ref("it\'s")', 'ref("it\'s")'),
        ("ref('a' 'b')", "ref('ab')"),
        ("ref('m', v=2)", "ref('m', v=2)"),
        ("ref('m', version='2')", "ref('m', version='2')"),
        ("ref('m', v=None)", "ref('m')"),
        ("ref('m', frame='polars')", "ref('m')"),
        ("source(table_name='t', source_name=P)", "source('stg_', 't')"),
        ("ref('a', **kw)", "ref('a')"),
        ("ref('a' + 'b')", "ref('ab')"),
        ("ref(f'a')", "ref('a')"),
        ("ref(f'a_{1}_{\"b\"}')", "ref('a_1_b')"),
        ("ref(P)", "ref('stg_')"),
        ("ref(P + 'orders')", "ref('stg_orders')"),
        ("ref(f'{P}{N}')", "ref('stg_3')"),
        ("ref(Q)", "ref('stg_orders')"),
        ("ref('m', v=N)", "ref('m', v=3)"),
        ("[ref('c') for _ in y]", "ref('c')"),
        ("(lambda: ref('l'))", "ref('l')"),
        ("ref('x').toPandas()[['a']].head()", "ref('x')"),
        ("fal.ref('a')", "ref('a')"),
        ("r('a')", "ref('a')"),
        (f"ref('{LONG}')", f"ref('{LONG}')"),
        (f"ref('{LONG}xx')", f"ref('{LONG}xx')"),
        (f"ref('{LONG}xxx')", f"ref('{LONG}xxx'\n    )"),
        (f"ref('p', '{LONG}')", f"ref('p',\n    '{LONG}')"),
        (f"ref('p', '{LONG}abcd')", f"ref('p',\n    '{LONG}abcd'\n    )"),
    ],
)
def test_resolves(tmp_path: Path, call: str, text: str) -> None:
    preamble = 'import fal\nfrom fal import ref as r\nP = "stg_"\nN: int = 3\nQ = P + "orders"\n'
    answer = analyse(tmp_path, preamble + call)
    assert texts(answer) == [text]
    assert unresolved(answer) == []


@pytest.mark.parametrize(
    "call",
    [
        "ref(var)",
        "ref(-1)",
        "ref(1)",
        "ref(None)",
        "ref()",
        "ref('')",
        "ref(name='x')",
        "ref('a', 'b', 'c')",
        "ref('m', v=var)",
        "source('db')",
        "source('db', var)",
        "ref('a', *rest)",
        "ref(looped)",
        "map(ref, names)",
    ],
)
def test_says_what_it_cannot_resolve(tmp_path: Path, call: str) -> None:
    preamble = 'a = "x"\nb = "y"\ntwice = "a"\ntwice = "b"\nfor looped in names:\n    pass\n'
    answer = analyse(tmp_path, preamble + call)
    assert texts(answer) == []
    assert len(unresolved(answer)) == 1
    assert answer["unresolved"][0]["line"] == 7


@pytest.mark.parametrize(
    "source",
    ["x.ref('a')", "'ref(1)'", "xref('z')", "write_to_source('a', 'b')"],
)
def test_overlooks_what_is_no_call_of_ours(tmp_path: Path, source: str) -> None:
    answer = analyse(tmp_path, source)
    assert (texts(answer), unresolved(answer)) == ([], [])


def test_orders_as_the_old_tool_and_keeps_the_first_of_equals(tmp_path: Path) -> None:
    source = '''"""Docs: source('s', "t") and ref("d")

ref('a')
"""
def f():
    ref('nested')
    source('s', 't')
def g():
    ref("d")
top = ref('top')
source('s', 'u')
'''
    assert texts(analyse(tmp_path, source)) == [
        'ref("d")',
        "source('s', \"t\")",
        "ref('a')",
        "ref('top')",
        "ref('nested')",
        "source('s', 'u')",
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "- ref('model_a') and source('db', 'table_a')",
            ["ref('model_a')", "source('db', 'table_a')"],
        ),
        ("as written: ref( \"a\" ,'b' )", ["ref( \"a\" ,'b' )"]),
        ("{{ ref('a') }}", ["ref('a')"]),
        ("ref('a', v=2), ref('a', version='x')", ["ref('a', v=2)", "ref('a', version='x')"]),
        ("ref('a(b)')", ["ref('a(b)')"]),
        ("prefer xref('z')", []),
        ("see href(x)", []),
        ("writes with write_to_source('a','b'), resource('x','y')", []),
        ("use ref() here, ref(name), source('a'), ref('a','b','c'), ref('', 'a')", []),
        ("source('a', v='b') ref('a', v=1, v=2) ref ('a')", []),
    ],
)
def test_reads_well_formed_calls_in_the_docstring(
    tmp_path: Path, line: str, found: list[str]
) -> None:
    assert texts(analyse(tmp_path, f'"""\n{line}\n"""\n')) == found


@pytest.mark.parametrize(
    ("calls", "batches"),
    [
        ("ref('a')", False),
        ("ref('a', frame='polars')", False),
        ("ref('a', frame='batches')", True),
        ("source('a', 'b', frame='batches', batch_size=5)", True),
        ("FRAME = 'batches'\nref('a', frame=FRAME)", True),
        ("ref('a', frame=chosen())", True),
        ("ref('a', **options)", True),
        ("ref('a', frame='batches'); ref('a')", False),
    ],
)
def test_tells_what_is_never_to_be_fetched_whole(tmp_path: Path, calls: str, batches: bool) -> None:
    (dependency,) = analyse(tmp_path, calls)["dependencies"]
    assert dependency["batches"] is batches


def test_places_are_counted_in_characters(tmp_path: Path) -> None:
    answer = analyse(
        tmp_path, "\"\"\"é\n  - ref('a')\n\"\"\"\né = 'é', ref('b'); write_to_model(é)\n"
    )
    places = [(d["line"], d["column"], d["cell"], d["origin"]) for d in answer["dependencies"]]
    assert places == [(2, 5, None, "docstring"), (4, 10, None, "code")]
    assert answer["writes"] == [{"file": "m.py", "line": 4, "column": 20, "cell": None}]
    assert answer["docstring_line"] == 1


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("write_to_model(df)", "model"),
        ("import fal\nfal.write_to_model(df)", "model"),
        ("from fal import write_to_model as w\nif x:\n    w(df)", "model"),
        ("x.write_to_model(df)", "helper"),
        ("def model(dbt, session):\n    return 1", "dbt_model"),
        ("def model(dbt, session):\n    return 1\nwrite_to_model(1)", "model"),
        ("def model(dbt):\n    return 1", "helper"),
        ("class A:\n    def model(dbt, session):\n        return 1", "helper"),
        ("", "helper"),
    ],
)
def test_tells_kinds(tmp_path: Path, source: str, kind: str) -> None:
    answer = analyse(tmp_path, source)
    assert answer["kind"] == kind
    assert answer["problems"] == []


def test_lists_the_lines_of_several_writes(tmp_path: Path) -> None:
    source = "def f():\n    write_to_model(3)\nwrite_to_model(1)\n\nwrite_to_model(2)\n"
    answer = analyse(tmp_path, source)
    assert answer["kind"] == "model"
    assert [write["line"] for write in answer["writes"]] == [2, 3, 5]
    assert answer["writes_when_run"]
    only = "def save(df):\n    write_to_model(df)\n"
    assert not analyse(tmp_path, only)["writes_when_run"]
    assert analyse(tmp_path, only + "if __name__ == '__main__':\n    save(1)")["writes_when_run"]


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("ref('a')", True),
        ("if x:\n    y = [ref(z) for z in w]", True),
        ("class A:\n    a = ref('a')", True),
        ("def f(a=ref('a')):\n    pass", True),
        ("@ref('a')\ndef f():\n    pass", True),
        ("def f():\n    return ref('a')", False),
        ("f = lambda: ref('a')", False),
        ("class A:\n    def f(self):\n        def g():\n            ref('a')", False),
        ("if __name__ == '__main__':\n    ref('a')", False),
        ("if __name__ == '__main__':\n    pass\nelse:\n    ref('a')", True),
        ("write_to_model(1)", False),
    ],
)
def test_tells_whether_an_import_reads(tmp_path: Path, source: str, runs: bool) -> None:
    assert analyse(tmp_path, source)["module_level_calls"] is runs


def test_lists_imports(tmp_path: Path) -> None:
    source = (
        "import a.b, c as d\nfrom lib import load, save\nfrom . import sibling\n"
        "from ..up import x\ndef f():\n    from late import *\n"
    )
    file = tmp_path / "m.py"
    file.write_text(source + "import importlib\nimportlib.import_module('by.name')\n")
    (answer,) = ask({"imports": str(file)})
    assert answer == {
        "imports": [
            "a.b", "c", "lib", "lib.load", "lib.save", ".sibling", "..up", "..up.x",
            "importlib", "late", "by.name",
        ],
        "problems": [],
    }  # fmt: skip
    file.write_text("(")
    (answer,) = ask({"imports": str(file)})
    assert [problem["code"] for problem in answer["problems"]] == ["syntax-error"]


@pytest.mark.parametrize(
    ("source", "code", "line", "column"),
    [
        (b"x = 1\nif x\n    pass\n", "syntax-error", 2, 5),
        (b"def f(:\n", "syntax-error", 1, 7),
        (b"x = '''never closed\n\n", "syntax-error", 1, 5),
        (b"if x:\n", "syntax-error", 1, 0),
        (b"a = 1\nb = \0\n", "syntax-error", 2, 5),
        (b"(" * 100_000, "syntax-error", 1, 0),
        (b"-" * 100_000 + b"1", "syntax-error", 0, 0),
        (b"a = 1\nb = '\xe9'\n", "bad-encoding", 2, 0),
        (b"# coding: no-such\n", "bad-encoding", 1, 0),
        (b"# coding: hex\n", "bad-encoding", 1, 0),
        (b"# coding: undefined\nx", "bad-encoding", 1, 0),
    ],
)
def test_reports_what_cannot_be_read(
    tmp_path: Path, source: bytes, code: str, line: int, column: int
) -> None:
    answer = analyse(tmp_path, source)
    assert answer["kind"] == "broken"
    (problem,) = answer["problems"]
    assert (problem["code"], problem["line"]) == (code, line)
    assert not column or problem["column"] == column


def test_shows_the_line_of_a_syntax_error(tmp_path: Path) -> None:
    (problem,) = analyse(tmp_path, "a = 1\n\tb = (2\n")["problems"]
    assert problem["source_line"] == "\tb = (2"


@pytest.mark.parametrize(
    "source",
    [
        "# -*- coding: latin-1 -*-\nwrite_to_model(ref('é'))".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nwrite_to_model(ref('é'))".encode(
            "cp1252"
        ),
        "\ufeffwrite_to_model(ref('é'))".encode(),
        "# coding: UTF-8-unix\nwrite_to_model(ref('é'))".encode(),
        "x = 1\n# coding: hex\n\nwrite_to_model(ref('é'))".encode(),
        "write_to_model(\r\nref('é'))\r".encode(),
    ],
)
def test_decodes_as_python_does(tmp_path: Path, source: bytes) -> None:
    answer = analyse(tmp_path, source)
    assert (answer["kind"], texts(answer)) == ("model", ["ref('é')"])


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells}).encode()


def test_reads_a_notebook_as_one_script(tmp_path: Path) -> None:
    source = notebook(
        "%init_fal project_dir=. profiles_dir=.",
        '"""\nref(\'d\')\n"""\nP = \'stg_\'\nx = 7 % 2',
        "!ls\ndf = ref(P + 'a')\nref(n)",
        "write_to_model(df)",
    )
    answer = analyse(tmp_path, source, "n.ipynb")
    places = [(d["text"], d["cell"], d["line"]) for d in answer["dependencies"]]
    assert places == [("ref('d')", 2, 2), ("ref('stg_a')", 3, 2)]
    assert answer["writes"] == [{"file": "n.ipynb", "line": 1, "column": 1, "cell": 4}]
    assert answer["unresolved"] == [
        {"file": "n.ipynb", "line": 3, "column": 1, "cell": 3, "text": "ref(n)"}
    ]
    assert (answer["kind"], answer["docstring_line"]) == ("model", 1)


def test_names_the_cell_of_a_problem(tmp_path: Path) -> None:
    (problem,) = analyse(tmp_path, notebook("a = 1", "b = 2\nc = = 3"), "n.ipynb")["problems"]
    assert (problem["cell"], problem["line"], problem["source_line"]) == (2, 2, "c = = 3")
    (problem,) = analyse(tmp_path, notebook("x = '\ud800'"), "n.ipynb")["problems"]
    assert (problem["code"], problem["cell"]) == ("syntax-error", 1)


def test_answers_every_request_in_order_whatever_happens(tmp_path: Path) -> None:
    good = tmp_path / "good.py"
    good.write_text("write_to_model(1)")
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    odd = tmp_path / "odd.py"
    odd.write_text("x = '\\d'\nwrite_to_model(1)")
    answers = run(good, tmp_path / "missing.py", tmp_path / "no.ipynb", tmp_path, broken, odd)
    assert [answer["kind"] for answer in answers] == [
        "model", "broken", "broken", "broken", "broken", "model",
    ]  # fmt: skip
    codes = [answer["problems"][0]["code"] for answer in answers[1:5]]
    assert codes == ["unreadable-file", "unreadable-file", "unreadable-file", "broken-notebook"]


def test_reads_a_name_that_is_not_ascii(tmp_path: Path) -> None:
    assert analyse(tmp_path, "write_to_model(1)", "modèle é.py")["kind"] == "model"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_reports_a_file_it_may_not_read(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text("")
    file.chmod(0)
    (answer,) = run(file)
    assert answer["problems"][0]["code"] == "unreadable-file"


def test_reads_a_file_of_20000_lines(tmp_path: Path) -> None:
    lines = [f"x{n} = ref('t{n % 3}')\nname = 'u'\n" for n in range(10_000)]
    answer = analyse(tmp_path, "".join(lines) + "y = ref(name)\n")
    assert texts(answer) == ["ref('t0')", "ref('t1')", "ref('t2')", "ref('u')"]
    assert answer["dependencies"][3]["line"] == 20_001


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 10_000 + "ref('a')" + ")" * 10_000,
        "x = ref(" + "[" * 10_000 + "]" * 10_000 + ")",
        "match x:\n    case 1:\n        pass\n    case = 2\n",
        "type X = int\n = 1",
    ],
)
def test_says_where_it_cannot_go_on(tmp_path: Path, source: str) -> None:
    answer = analyse(tmp_path, source)
    assert [problem["code"] for problem in answer["problems"]] == ["syntax-error"]


@pytest.mark.parametrize(
    "source",
    [
        "x = ref('a')" + ".head()" * 300,
        "x = ref('a'" + " + ''" * 90 + ")",
        "n = 'a'\n" + "".join(f"n{i} = n\nn = n{i}\n" for i in range(40)) + "x = ref(n)",
        "for i in range(900):\n    x = ref('a')",
        "x = [ref(n) for n in [" + "'a', " * 900 + "]]",
        "for i in range(10**9):\n    x = ref('a')",
    ],
)
def test_goes_deep(tmp_path: Path, source: str) -> None:
    answer = analyse(tmp_path, source)
    assert set(texts(answer)) <= {"ref('a')"}
    assert texts(answer) or unresolved(answer)


def chain(folder: Path, link: str, last: str) -> list[Path]:
    """A thousand modules, each of which imports the next."""
    files = [folder / f"m{n}.py" for n in range(1000)]
    for n, file in enumerate(files):
        file.write_text(link.format(n + 1) if file is not files[-1] else last)
    return files


LOAD = "from fal import ref\ndef load(): return ref('a')\n"


@pytest.mark.parametrize(
    ("model", "link", "last"),
    [
        ("from m0 import load\nload()", "from m{0} import load\n", LOAD),
        ("from m0 import *\nload()", "from m{0} import *\n", LOAD),
        ("import m0\nm0.load()", "import m{0}\ndef load(): return m{0}.load()\n", LOAD),
        ("from m0 import r\nr('a')", "from m{0} import r\n", "from fal import ref as r\n"),
        ("from m0 import A\nref(A)", "from m{0} import A\n", "A = 'a'\n"),
    ],
)
def test_follows_long_chains_of_modules(tmp_path: Path, model: str, link: str, last: str) -> None:
    modules = chain(tmp_path, link, last)
    file = tmp_path / "model.py"
    file.write_text(model)
    question = {"path": str(file), "file": file.name, "search": [str(tmp_path)]}
    (answer,) = ask(question, modules=modules)
    assert (texts(answer), unresolved(answer)) == (["ref('a')"], [])


@pytest.mark.parametrize("kind", ["a folder", "a link to nothing", "a link to itself"])
def test_reads_the_model_whose_helper_cannot_be_read(tmp_path: Path, kind: str) -> None:
    helper, file = tmp_path / "helper.py", tmp_path / "model.py"
    if kind == "a folder":
        helper.mkdir()
    else:
        helper.symlink_to(tmp_path / ("helper.py" if "itself" in kind else "nothing"))
    file.write_text("import helper\nwrite_to_model(helper.clean(ref('a')))")
    question = {"path": str(file), "file": file.name, "search": [str(tmp_path)]}
    answer, said = ask(question, {"imports": str(helper)}, modules=[helper])
    assert (answer["kind"], texts(answer)) == ("model", ["ref('a')"])
    assert [problem["code"] for problem in said["problems"]] == ["unreadable-file"]


@pytest.mark.parametrize("statement", ["from {0} import x", "from {0} import *\nx"])
def test_takes_modules_that_import_from_each_other(tmp_path: Path, statement: str) -> None:
    modules = [tmp_path / "m0.py", tmp_path / "m1.py"]
    for n, module in enumerate(modules):
        module.write_text(statement.format(f"m{1 - n}"))
    file = tmp_path / "model.py"
    file.write_text(statement.format("m0") + "\ny = x('a'); z = ref('b')")
    question = {"path": str(file), "file": file.name, "search": [str(tmp_path)]}
    (answer,) = ask(question, modules=modules)
    assert (texts(answer), answer["problems"]) == (["ref('b')"], [])


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 " + "+ 1 " * 2000 + "+ len(ref('a'))",
        "x = ref('a')" + "[0]" * 2000,
        "x = " + "lambda: " * 2000 + "ref('a')",
        "x = " + "not " * 2000 + "ref('a')",
        "x = " + "1 if c else " * 2000 + "ref('a')",
        "if c:\n    pass\n" + "elif c:\n    pass\n" * 2000 + "x = ref('a')",
    ],
)
def test_reads_expressions_2000_deep(tmp_path: Path, source: str) -> None:
    answer = analyse(tmp_path, source)
    assert (texts(answer), unresolved(answer)) == (["ref('a')"], [])


def test_says_so_when_python_itself_would_not_go_so_deep(tmp_path: Path) -> None:
    source = "x = ref('a')" + ".head()" * 3000
    with pytest.raises(RecursionError):
        compile(source, "m.py", "exec")
    (problem,) = analyse(tmp_path, source)["problems"]
    assert problem["message"] == "the code is nested too deeply for Python to read"


def test_says_so_when_there_are_too_many_ways(tmp_path: Path) -> None:
    loops = "".join(f"{'  ' * n}for i{n} in range(40):\n" for n in range(3))
    source = loops + "      x = ref(f'{i0}{i1}{i2}')\ny = ref('a')\n"
    answer = analyse(tmp_path, source)
    assert "ref('a')" in texts(answer)
    assert len(unresolved(answer)) == 1


def test_takes_any_python_file(tmp_path: Path) -> None:
    """Nothing in the standard library may crash it or keep it busy for long."""
    folder = Path(os.__file__).parent
    files = sorted([*folder.glob("*.py"), *folder.glob("[a-j]*/*.py")])[:400]
    answers = run(*files)
    assert len(answers) == len(files) > 200
    broken = [answer for answer in answers if answer["kind"] == "broken"]
    assert all(answer["problems"][0]["line"] for answer in broken)
    assert len(broken) < 10
