"""How a model's run ends, and what is told of an error in it."""

from __future__ import annotations

import os

import pyarrow as pa
import pytest

from conftest import Project, gone

ORDERS = pa.table({"id": pa.array([1, 2], pa.int32()), "name": ["a", None]})
WRITE = "import pandas as pd\nwrite_to_model(pd.DataFrame({'a': [1]}))\n"


class TestEnding:
    def test_exit_after_the_write_is_fine(self, project: Project) -> None:
        for call in ("sys.exit()", "sys.exit(0)", "raise SystemExit"):
            result = project.model(f"import sys\n{WRITE}{call}\n")
            assert result.last["type"] == "done", call
            assert result.last["wrote"] is True

    def test_exit_before_the_write_is_a_failure(self, project: Project) -> None:
        result = project.model(f"import sys\nsys.exit()\n{WRITE}")
        assert result.error["kind"] == "exit"
        assert result.message == (
            "sys.exit() was called before write_to_model(), so nothing was written"
        )
        assert result.error["frames"][-1]["line"] == 2

    def test_exit_with_a_code_is_a_failure_even_after_the_write(self, project: Project) -> None:
        result = project.model(f"import sys\n{WRITE}sys.exit('bad data')\n")
        assert result.error["kind"] == "exit"
        assert result.message == (
            "sys.exit('bad data') was called after write_to_model(); the write is discarded"
        )

    def test_an_interrupt_is_told_from_an_error(self, project: Project) -> None:
        result = project.model(
            "import signal\nsignal.raise_signal(signal.SIGINT)\nprint('not here')"
        )
        assert result.error["kind"] == "interrupt"
        assert result.error["class"] == "KeyboardInterrupt"
        assert result.stdout == ""

    def test_a_crash_is_told_by_the_server(self, project: Project) -> None:
        result = project.model(
            "import os, signal\nprint('x')\nos.kill(os.getpid(), signal.SIGSEGV)"
        )
        assert result.last["type"] == "none"
        assert result.exited["signal"] == 11
        assert result.exited["max_rss_kb"] > 1000
        assert result.stdout == "x\n"

    def test_a_second_write_names_the_first(self, project: Project) -> None:
        result = project.model(WRITE + WRITE)
        assert result.message == (
            "write_to_model() was already called at line 2; a model writes exactly once."
        )
        assert result.error["class"] == "fal.FalError"
        assert result.error["frames"][-1]["line"] == 4

    def test_processes_it_leaves_behind_are_killed(self, project: Project) -> None:
        result = project.model("import subprocess\nprint(subprocess.Popen(['sleep', '100']).pid)")
        assert gone(int(result.stdout))


class TestTracebacks:
    def test_holds_only_the_users_frames_and_where_the_library_raised(
        self, project: Project
    ) -> None:
        project.file("models/helper.py", "def pick(df):\n    return df['nope']\n")
        result = project.model("import helper\ndf = ref('a')\nhelper.pick(df)", {"a": ORDERS})
        error = result.error
        assert error["class"] == "KeyError"
        assert [(f["file"], f["line"], f["name"]) for f in error["frames"]] == [
            ("models/m.py", 3, "<module>"),
            ("models/helper.py", 2, "pick"),
        ]
        text = error["traceback"]
        assert "_worker.py" not in text and "fal/_run" not in text
        assert f'File "{project.folder}/models/m.py", line 3, in <module>' in text
        assert text.count("site-packages") <= 2  # one in each link of the chain
        assert text.endswith("KeyError: 'nope'")

    def test_compiled_code_is_no_users(self, project: Project) -> None:
        error = project.model("import pandas as pd\npd.Timestamp('nonsense')").error
        assert [frame["line"] for frame in error["frames"]] == [2]
        assert error["traceback"].count(".pyx") == 1

    def test_ends_at_the_users_line_for_our_own_errors(self, project: Project) -> None:
        error = project.model("x = 1\nref('nothing')").error
        assert error["class"] == "fal.FalError"
        assert error["code"] == "ref-not-found"
        assert error["message"] == "ref('nothing') names no node."
        assert error["traceback"].splitlines()[1:3] == [
            f'  File "{project.folder}/models/m.py", line 2, in <module>',
            "    ref('nothing')",
        ]
        assert "fal/__init__" not in error["traceback"]

    def test_keeps_the_chain_of_causes(self, project: Project) -> None:
        text = project.model(
            """
            try:
                1 / 0
            except ZeroDivisionError as error:
                raise ValueError("boom") from error
            """
        ).error["traceback"]
        assert "ZeroDivisionError" in text
        assert "The above exception was the direct cause" in text
        assert text.endswith("ValueError: boom")

    def test_shows_the_lines_that_ran_although_the_file_has_changed(self, project: Project) -> None:
        text = "open(__file__, 'w').write('changed\\nchanged')\nraise ValueError('first')\n"
        assert "raise ValueError('first')" in project.model(text).error["traceback"]

    def test_a_syntax_error_shows_line_and_caret(self, project: Project) -> None:
        error = project.model("x = 1\ny = (1,\nz = 2 +\n").error
        assert error["kind"] == "syntax"
        assert error["class"] == "SyntaxError"
        assert error["frames"][-1]["file"] == "models/m.py"
        assert error["frames"][-1]["line"] == 2 or error["frames"][-1]["line"] == 3
        assert "^" in error["traceback"]

    def test_a_syntax_error_in_a_helper_points_at_the_helper(self, project: Project) -> None:
        project.file("models/helper.py", "ok = 1\nx = = 2\n")
        error = project.model("import helper").error
        assert error["kind"] == "syntax"
        assert [(f["file"], f["line"]) for f in error["frames"]] == [
            ("models/m.py", 1),
            ("models/helper.py", 2),
        ]
        assert "importlib" not in error["traceback"]

    def test_a_syntax_error_in_evaluated_text_is_an_ordinary_error(self, project: Project) -> None:
        error = project.model("eval('1 +')").error
        assert error["kind"] == "exception"
        assert error["frames"][-1]["line"] == 1

    def test_null_bytes_in_a_file_are_a_syntax_error(self, project: Project) -> None:
        project.file("models/m.py", b"x = 1\n\0\n")
        assert project.run("models/m.py").error["kind"] == "syntax"

    def test_a_file_with_the_wrong_encoding_is_a_syntax_error(self, project: Project) -> None:
        project.file("models/m.py", b"x = '\xe9'\n")
        assert project.run("models/m.py").error["kind"] == "syntax"

    def test_an_exception_whose_text_fails_is_still_told(self, project: Project) -> None:
        error = project.model(
            """
            class Odd(Exception):
                def __str__(self): raise RuntimeError
            raise Odd()
            """
        ).error
        assert error["class"] == "Odd"
        assert error["message"] == "<a Odd whose text can't be made>"

    @pytest.mark.skipif(
        not hasattr(__builtins__, "ExceptionGroup") and os.sys.version_info < (3, 11), reason="3.11"
    )  # type: ignore[attr-defined]
    def test_exception_groups_are_cut_as_well(self, project: Project) -> None:
        text = project.model(
            """
            def bad():
                ref("nothing")
            try:
                bad()
            except Exception as error:
                raise ExceptionGroup("many", [error])
            """
        ).error["traceback"]
        assert "fal/_run" not in text and "in bad" in text
