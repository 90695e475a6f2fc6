"""How a model gets its inputs: those fetched ahead, and those it asks the JVM for."""

from __future__ import annotations

import pyarrow as pa
import pytest

from conftest import Project


def test_what_was_fetched_ahead_is_not_asked_for(project: Project) -> None:
    table = pa.table({"a": [1]})
    here = {
        "kind": "ref",
        "arguments": ["a"],
        "version": None,
        "unique_id": "model.shop.a",
        "relation": "a",
        "files": project.store(table),
    }
    coming = {**here, "kind": "source", "arguments": ["s", "b"], "version": None, "files": None}
    failing = {**here, "arguments": ["p", "c"], "version": 2, "files": None}
    project.file(
        "models/m.py",
        """
        print(len(ref("a")), len(source("s", "b")), flush=True)
        try:
            ref("p", "c", v=2)
        except Exception as error:
            print(error)
        write_to_model(ref("a"))
        """,
    )
    worker = project.start("models/m.py", inputs=[here, coming, failing])
    worker.send({**failing, "type": "error", "id": None, "code": "gone", "message": "c is gone"})
    worker.send({**coming, "type": "input", "id": None, "files": here["files"]})
    write = worker.receive()
    assert write is not None and write["type"] == "write"
    assert worker.connections["stdout"].recv(100) == b"1 1\nc is gone\n"
    worker.send({"type": "error", "id": write["id"], "code": "x", "message": "not accepted"})
    failed = worker.receive()
    assert failed is not None and failed["error"]["message"] == "not accepted"
    assert failed["error"]["frames"][-1]["line"] == 7
    worker.close()
    project.server.reply("exited")


def test_what_is_asked_for_names_its_place(project: Project) -> None:
    project.file("models/helper.py", "def read(name):\n    import fal\n    return fal.ref(name)\n")
    result = project.model(
        """
        import helper
        x = [1, ref("a", version=3)]
        helper.read("b")
        """,
        {"a": pa.table({"a": [1]}), "b": pa.table({"a": [1]})},
    )
    first, second = (each for each in result.messages if each["type"] == "read")
    column = first.pop("column")
    assert column in (9, None)
    assert first == {
        "type": "read",
        "id": 1,
        "kind": "ref",
        "arguments": ["a"],
        "version": 3,
        "line": 3,
        "cell": None,
    }
    assert (second["line"], second["arguments"]) == (4, ["b"])


def test_reads_from_several_threads(project: Project) -> None:
    tables = {f"t{i}": pa.table({"a": list(range(i))}) for i in range(8)}
    result = project.model(
        """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(8) as pool:
            print([len(df) for df in pool.map(ref, [f"t{i}" for i in range(8)])])
        """,
        tables,
    )
    assert result.stdout == "[0, 1, 2, 3, 4, 5, 6, 7]\n"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("ref()", "takes a model's name, or a package and a model's name; 0 names were given"),
        ("ref('a', 'b', 'c')", "3 names were given"),
        ("ref(1)", "ref() takes names as text; 1 is a int"),
        ("source('a')", "missing 1 required positional argument: 'table_name'"),
        ("ref('t', frame='duckdb')", "is not supported yet; frame='arrow' comes nearest"),
        ("ref('t', batch_size=5)", "ref(batch_size=5) goes with frame='batches' only"),
        ("ref('t', frame='batches', batch_size=0)", "it is a number of rows, 1 or more"),
        ("ref('no', frame='batches')", "ref('no') names no node"),
        ("ref('t', frame='spark')", "is not supported yet"),
        ("ref('t', frame='dask')", "the frames are 'pandas', 'polars', 'arrow' and 'batches'"),
        ("ref('t', dtypes='int')", "the choices are 'default', 'exact', 'numpy' and 'arrow'"),
        ("context.nothing", "context has no attribute 'nothing'"),
        ("context.arguments", "is only accessible from hooks"),
    ],
)
def test_bad_questions_are_answered_at_their_line(
    project: Project, call: str, message: str
) -> None:
    result = project.model(f"x = 1\n{call}\n", {"t": pa.table({"a": [1]})})
    assert message in result.message
    assert result.error["frames"][-1]["line"] == 2
