"""A model's file runs as Python runs a script, with four names more."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

import fal
from conftest import Project

ORDERS = pa.table({"id": pa.array([1, 2], pa.int32()), "name": ["a", None]})
WRITE = "import pandas as pd\nwrite_to_model(pd.DataFrame({'a': [1]}))\n"


def test_runs_the_first_snippet_of_the_docs(project: Project) -> None:
    result = project.model(
        """
        df = ref('model_a')
        df['col'] = 1

        # write to data warehouse
        write_to_model(df)
        """,
        {"model_a": ORDERS},
    )
    table = result.written()
    assert table.column_names == ["id", "name", "col"]
    assert table.schema.field("id").type == pa.int32()
    assert table.column("name").to_pylist() == ["a", None]
    assert table.column("col").to_pylist() == [1, 1]
    assert result.last["wrote"] is True
    assert result.write["mode"] == "overwrite"
    assert result.write["line"] == 6
    assert result.file_modes == {0o600}
    assert result.exited["code"] == 0
    assert result.exited["signal"] is None


def test_sees_what_a_script_sees(project: Project) -> None:
    result = project.model(
        """
        '''The docstring.'''
        import os, sys
        print(__name__, __file__, sys.argv == [__file__], __doc__, os.getcwd(), __spec__, __package__)
        print(sys.path[:2])
        print(sys.modules["__main__"].__file__ == __file__)
        print(sys.stdin.read() == "")
        print(sorted(name for name in globals() if not name.startswith("__")))
        """
    )
    path = project.folder / "models" / "m.py"
    assert result.stdout.splitlines() == [
        f"__main__ {path} True The docstring. {project.folder} None None",
        str([str(path.parent), str(project.folder)]),
        "True",
        "True",
        str(sorted([*(name for name in fal.__all__ if name != "FalError"), "os", "sys"])),
    ]
    assert result.last["type"] == "done"
    assert result.last["wrote"] is False


def test_imports_from_its_own_folder_then_the_project(project: Project) -> None:
    project.file("models/features.py", "from lib.load import rows\nX = rows() + 1\n")
    project.file("lib/load.py", "def rows(): return 41\n")
    assert project.model("import features\nprint(features.X)").stdout == "42\n"


def test_the_package_offers_the_same_objects_as_the_globals(project: Project) -> None:
    project.file(
        "models/helper.py", "from fal import ref\nimport fal\ndef read(): return ref('a')\n"
    )
    result = project.model(
        """
        import fal, helper
        from fal import ref as r, source as s, write_to_model as w, context as c
        print(r is ref, s is source, w is write_to_model, c is context)
        print(len(helper.read()))
        """,
        {"a": ORDERS},
    )
    assert result.stdout == "True True True True\n2\n"


def test_a_users_module_named_fal_does_not_take_the_place_of_ours(project: Project) -> None:
    project.file("models/fal.py", "raise Exception('shadowed')\n")
    project.file("models/_worker.py", "MINE = True\n")
    result = project.model("import fal, _worker\nprint(fal.ref is ref, _worker.MINE)")
    assert result.stdout == "True True\n"


def test_outside_a_run_the_functions_say_so() -> None:
    with pytest.raises(fal.FalError, match="only while fal runs this file"):
        fal.ref("a")
    with pytest.raises(fal.FalError, match=r"context\.target works only while"):
        _ = fal.context.target


def test_context_tells_of_the_model_target_and_config(project: Project) -> None:
    result = project.model(
        """
        m, t = context.current_model, context.target
        print(m.name, m.alias, m.schema, m.database, m.status, m.meta, m.columns["a"]["description"])
        print(t.name, t.type, t.schema, t.database, t.profile_name, t.threads)
        print(context.config.get("materialized"), context.config.get("nothing", 7))
        print(context.config.target_path, context.vars["x"])
        """,
        config={"materialized": "fal"},
        target_path="/t",
        vars={"x": 5},
        alias="mm",
    )
    assert result.stdout.splitlines() == [
        "m mm main shop skipped {'owner': 'me'} the a",
        "dev duckdb main shop shop 4",
        "fal 7",
        "/t 5",
    ]


def test_honours_the_encoding_a_file_declares(project: Project) -> None:
    project.file(
        "models/m.py", "# coding: latin-1\nprint('é')\nassert 'é' == 'x'\n".encode("latin-1")
    )
    result = project.run("models/m.py")
    assert result.stdout == "é\n"
    assert result.error["frames"][-1]["text"] == "assert 'é' == 'x'"


def test_our_future_imports_are_not_the_models(project: Project) -> None:
    result = project.model("def f(x: 1 + 1): pass\nprint(f.__annotations__)")
    assert result.stdout == "{'x': 2}\n"


def test_prints_arrive_while_the_model_runs(project: Project) -> None:
    project.file(
        "models/m.py", "print('now')\nimport sys\nprint('also', file=sys.stderr)\nref('a')\n"
    )
    worker = project.start("models/m.py")
    question = worker.receive()
    assert question is not None and question["type"] == "read"
    assert worker.connections["stdout"].recv(100) == b"now\n"
    assert worker.connections["stderr"].recv(100) == b"also\n"
    worker.send({"type": "error", "id": question["id"], "code": "ref-not-found", "message": "no"})
    assert worker.receive()["type"] == "failed"  # type: ignore[index]
    worker.close()
    project.server.reply("exited")


def test_logging_and_warnings_go_to_stderr_as_in_python(project: Project) -> None:
    result = project.model(
        """
        import logging, warnings
        logging.getLogger("x").warning("careful")
        logging.info("not shown")
        logging.basicConfig(level="INFO", force=True)
        logging.info("shown")
        warnings.warn("old")
        """
    )
    assert result.stdout == ""
    assert "careful" in result.stderr and "INFO:root:shown" in result.stderr
    assert "not shown" not in result.stderr
    assert f"{project.folder}/models/m.py:7: UserWarning: old" in result.stderr


def test_prints_of_undecodable_text_do_not_fail_a_model(project: Project) -> None:
    assert project.model(r"print('a\udce9', 'ü')").stdout == "a\\udce9 ü\n"


def test_exit_functions_and_threads_run_before_the_end(project: Project) -> None:
    result = project.model(
        """
        import atexit, threading
        go = threading.Event()
        def late():
            go.wait()
            print("thread")
        threading.Thread(target=late).start()
        atexit.register(print, "exit")
        print("end")
        go.set()
        """
    )
    assert sorted(result.stdout.split()) == ["end", "exit", "thread"]
    assert result.stdout.splitlines()[-1] == "exit"


def test_classes_of_the_model_can_be_pickled(project: Project) -> None:
    result = project.model(
        """
        import pickle
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int
        print(pickle.loads(pickle.dumps(Point(3))))
        """
    )
    assert result.stdout == "Point(x=3)\n"


def test_multiprocessing_by_fork_works(project: Project) -> None:
    result = project.model(
        """
        import multiprocessing
        def square(x): return x * x
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(square, [1, 2, 3]))
        """
    )
    assert result.last["type"] == "done", result.message
    assert result.stdout == "[1, 4, 9]\n"


def test_multiprocessing_by_spawn_works_behind_a_main_guard(project: Project) -> None:
    result = project.model(
        """
        import multiprocessing
        from fal import write_to_model
        def square(x): return x * x
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(square, [1, 2, 3]))
        """
    )
    assert result.last["type"] == "done", result.message
    assert result.stdout == "[1, 4, 9]\n"


def test_joblib_and_subprocess_work(project: Project) -> None:
    pytest.importorskip("joblib")
    result = project.model(
        """
        import subprocess, sys
        from joblib import Parallel, delayed
        def square(x): return x * x
        print(Parallel(n_jobs=2)(delayed(square)(x) for x in [1, 2, 3]))
        subprocess.run([sys.executable, "-c", "print('child')"], check=True)
        """
    )
    assert result.last["type"] == "done", result.message
    assert result.stdout == "[1, 4, 9]\nchild\n"


def test_a_forked_child_of_the_model_is_not_the_model(project: Project) -> None:
    result = project.model(
        """
        import os
        pid = os.fork()
        if pid:
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        else:
            try:
                ref("unknown")
            except Exception as error:
                print(error)
        """
    )
    assert "another process" in result.stdout
    assert result.stdout.splitlines()[-1] == "0"
    assert [each["type"] for each in result.messages] == ["done"]


def test_control_is_closed_to_programs_the_model_starts(project: Project) -> None:
    result = project.model(
        """
        import subprocess, sys
        code = "import os; print(sorted(int(fd) for fd in os.listdir('/proc/self/fd')))"
        subprocess.run([sys.executable, "-c", code], close_fds=False, check=True)
        """
    )
    assert result.stdout == "[0, 1, 2, 3]\n"  # 3 is the listing itself


def test_twins_draw_different_numbers_and_seeds_hold(project: Project) -> None:
    text = """
        import random, numpy
        print(random.random(), numpy.random.random())
        random.seed(1); numpy.random.seed(1)
        print(random.random(), numpy.random.random())
    """
    one, other = project.model(text).stdout.splitlines(), project.model(text).stdout.splitlines()
    assert set(one[0].split()).isdisjoint(other[0].split())
    assert one[1] == other[1]


def test_nothing_of_one_model_is_left_for_the_next(project: Project) -> None:
    project.model("import sys, pandas as pd\nsys.x = 1\npd.set_option('display.width', 7)\n")
    result = project.model(
        "import sys, pandas as pd\nprint(hasattr(sys, 'x'), pd.get_option('display.width'))"
    )
    assert result.stdout == "False 80\n"


class TestNotebooks:
    def test_runs_the_cells_in_order_in_one_namespace(self, project: Project) -> None:
        project.notebook(
            "models/n.ipynb", "%init_fal x=1\na = 1", "import sys\nb = a + 1", "print(b, __file__)"
        )
        result = project.run("models/n.ipynb")
        assert result.stdout == f"2 {project.folder}/models/n.ipynb\n"

    def test_an_error_names_the_cell_and_the_line_in_it(self, project: Project) -> None:
        project.notebook(
            "models/n.ipynb", "def f():\n    return 1 / 0", "%matplotlib inline\nx = 1\nf()"
        )
        error = project.run("models/n.ipynb").error
        assert [(f["file"], f["cell"], f["line"], f["text"]) for f in error["frames"]] == [
            ("models/n.ipynb", 2, 3, "f()"),
            ("models/n.ipynb", 1, 2, "return 1 / 0"),
        ]
        assert 'File "models/n.ipynb[cell 2]", line 3' in error["traceback"]

    def test_a_syntax_error_in_a_later_cell_comes_after_the_earlier_ones(
        self, project: Project
    ) -> None:
        project.notebook("models/n.ipynb", "print('ran')", "x = = 1")
        result = project.run("models/n.ipynb")
        assert result.stdout == "ran\n"
        assert result.error["kind"] == "syntax"
        assert result.error["frames"][-1] == {
            "file": "models/n.ipynb",
            "line": 1,
            "name": "<module>",
            "text": "x = = 1",
            "cell": 2,
        }

    def test_future_imports_hold_for_later_cells(self, project: Project) -> None:
        project.notebook(
            "models/n.ipynb",
            "from __future__ import annotations",
            "def f(x: unknown): pass\nprint('ok')",
        )
        assert project.run("models/n.ipynb").stdout == "ok\n"

    def test_the_write_names_its_cell(self, project: Project) -> None:
        project.notebook("models/n.ipynb", "x = 1", WRITE, WRITE)
        assert "already called at line 2 of cell 2" in project.run("models/n.ipynb").message

    def test_a_broken_notebook_is_a_syntax_error(self, project: Project) -> None:
        project.file("models/n.ipynb", '{"cells": [\n  oops')
        error = project.run("models/n.ipynb").error
        assert error["kind"] == "syntax"
        assert error["frames"][-1]["file"] == "models/n.ipynb"
        assert error["frames"][-1]["line"] == 2


def test_a_model_is_done_quickly(project: Project) -> None:
    project.file("models/m.py", WRITE)
    project.run("models/m.py")
    started = time.monotonic()
    project.run("models/m.py")
    assert time.monotonic() - started < 1
