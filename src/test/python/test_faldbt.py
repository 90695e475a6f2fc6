"""``FalDbt`` against a stand-in for ``fal serve``; FalDbtTest has the real one. And the modules of the old names."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import fal
from conftest import PACKAGE
from fal import FalDbt, FalError, _executable
from fal.dbt.integration import magics

DEADLINE = 20

STAND_IN = """\
#!{python}
import json, os, sys, time

sys.path.insert(0, {package!r})
folder = os.path.dirname(os.path.abspath(__file__))


def note(name, **fields):
    with open(folder + "/notes", "a") as notes:
        notes.write(json.dumps({{"what": name, "pid": os.getpid(), **fields}}) + "\\n")


def send(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()


def table(**columns):
    import pyarrow as pa
    from fal import _arrow_file

    files, _ = _arrow_file.write(_arrow_file.Room(folder, folder), pa.table(columns).schema, [pa.table(columns)])
    return files


note("started", arguments=sys.argv[1:], cwd=os.getcwd())
RUN = {{
    "type": "run", "role": "application", "unique_id": "", "path": folder + "/application", "file": "application",
    "project_dir": folder, "sys_path": [], "data_dir": folder, "spill_dir": folder, "target": {{"threads": 4}},
    "target_path": folder + "/target", "project_name": "shop", "profiles_dir": folder, "scripts_dir": folder,
    "model_paths": [folder + "/models"],
}}
{begin}
for line in sys.stdin:
    question = json.loads(line)
    note("asked", question=question)
    kind = question["type"]
    answer = {{}}
    if kind == "read":
        answer = {{"type": "input", "relation": "r", "files": table(x=[question["arguments"][0]])}}
    elif kind == "stream":
        answer = {{"type": "opened", "stream": 7, "relation": "r"}}
    elif kind == "next":
        answer = {{"type": "part", "files": table(x=[1, 2])}}
    elif kind == "execute" and question["sql"] == "die":
        print("out of luck", file=sys.stderr, flush=True)
        os._exit(3)
    elif kind == "execute":
        time.sleep(60)
    elif kind == "target":
        answer = {{"type": "target", "target": 5, "previous_columns": None, "declared_types": {{}}}}
    else:
        answer = {{"type": "ended"}}
    send({{**answer, "id": question["id"]}})
note("left")
"""


class StandIn:
    """A program that is started in place of fal, and what it noted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "fal"
        self.write("send(RUN)")

    def write(self, begin: str) -> None:
        text = STAND_IN.format(python=sys.executable, package=str(PACKAGE), begin=begin)
        self.path.write_text(text)
        self.path.chmod(0o700)

    def notes(self, what: str) -> list[dict[str, Any]]:
        file = self.folder / "notes"
        lines = file.read_text().splitlines() if file.exists() else []
        return [note for note in map(json.loads, lines) if note["what"] == what]

    def questions(self) -> list[dict[str, Any]]:
        return [note["question"] for note in self.notes("asked")]

    def await_notes(self, what: str, count: int = 1) -> list[dict[str, Any]]:
        return eventually(lambda: found if len(found := self.notes(what)) >= count else None)


def eventually(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)  # another process's doing, which tells nobody
    return found


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn(tmp_path)
    monkeypatch.setenv("FAL_EXECUTABLE", str(stand_in.path))
    return stand_in


@pytest.fixture
def shop(program: StandIn) -> Iterator[FalDbt]:
    with FalDbt() as opened:
        yield opened


def python(script: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


# -- its life -------------------------------------------------------------------------------


def test_nothing_is_started_before_it_is_asked(shop: FalDbt, program: StandIn) -> None:
    assert program.notes("started") == []
    assert shop.ref("a").to_dict("list") == {"x": ["a"]}
    assert shop.ref("b")["x"].item() == "b"
    assert len(program.notes("started")) == 1
    shop.close()
    assert len(program.notes("left")) == 1
    assert shop.ref("c")["x"].item() == "c"
    assert len(program.notes("started")) == 2


def test_the_options_are_those_of_the_command_line(
    program: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.chdir(tmp_path)
    shop = FalDbt(
        "~/shop",
        Path("~/.dbt"),
        threads=3,
        profile_target="prod",
        args_vars={"day": 1},
        python="/usr/bin/python3",
    )
    monkeypatch.chdir("/")
    with shop:
        assert (shop.project_name, shop.threads) == ("shop", 4)
    assert program.notes("started")[0]["cwd"] == str(tmp_path)
    assert program.notes("started")[0]["arguments"] == [
        "serve",
        *("--project-dir", "/home/me/shop"),
        *("--profiles-dir", "/home/me/.dbt"),
        *("--target", "prod"),
        *("--vars", '{"day": 1}'),
        *("--threads", "3"),
        *("--python", "/usr/bin/python3"),
    ]


def test_what_has_no_meaning_any_more_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="select, state has no effect"):
        FalDbt(select=["a"], state="state")
    with pytest.warns(UserWarning, match="keyword has no effect"):
        FalDbt(keyword="x", generated_models={})


def test_it_ends_with_the_object_and_with_the_program(program: StandIn) -> None:
    shop = FalDbt()
    shop.ref("a")
    del shop
    gc.collect()
    assert len(program.notes("left")) == 1

    script = python("from fal import FalDbt\nkept = FalDbt()\nkept.ref('a')")
    assert script.wait(DEADLINE) == 0
    assert len(program.notes("left")) == 2


@pytest.mark.parametrize("has_child", [False, True])
def test_it_ends_when_its_program_is_killed(program: StandIn, has_child: bool) -> None:
    script = python(
        f"""
        import os, time
        from fal import FalDbt

        shop = FalDbt()
        shop.ref("a")
        child = os.fork() if {has_child} else None
        if child != 0:
            print(child, flush=True)
        time.sleep(60)
        """
    )
    assert script.stdout is not None
    child = script.stdout.readline().strip()
    script.kill()
    script.wait()
    try:
        program.await_notes("left")
    finally:
        if has_child:
            os.kill(int(child), signal.SIGKILL)


def test_a_forked_process_is_told_and_does_no_harm(shop: FalDbt, program: StandIn) -> None:
    shop.ref("a")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            shop.ref("b")
        except FalError as error:
            os.write(writer, f"{error.code}: {error}".encode())
        shop.close()
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 1000).decode().startswith("other-process: A FalDbt can't be used in")
    os.close(reader)
    assert shop.ref("c")["x"].item() == "c"
    assert len(program.notes("started")) == 1


# -- asking ---------------------------------------------------------------------------------


def test_what_was_read_leaves_no_file(shop: FalDbt, program: StandIn) -> None:
    frame = shop.ref("a", frame="arrow")
    assert frame.column("x").to_pylist() == ["a"]
    assert list(program.folder.glob("*.arrow")) == []


def test_threads_each_get_their_own_answer(shop: FalDbt) -> None:
    found: dict[str, str] = {}

    def read(name: str) -> None:
        for _ in range(5):
            found[name] = shop.ref(name)["x"].item()

    threads = [threading.Thread(target=read, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {f"t{number}": f"t{number}" for number in range(4)}


def test_a_stream_that_is_left_is_ended(shop: FalDbt, program: StandIn) -> None:
    for _ in shop.ref("a", frame="batches"):
        break
    assert [question["type"] for question in program.questions()] == ["stream", "next", "end"]
    assert program.questions()[-1]["stream"] == 7


def test_a_write_that_fails_half_way_is_given_up(shop: FalDbt, program: StandIn) -> None:
    def frames() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"x": [1]})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.write_to_model(frames(), "a")
    assert program.questions()[0]["kind"] == "ref"
    assert program.questions()[-1] == {"type": "end", "target": 5, "id": len(program.questions())}


def test_one_that_dies_is_told_with_its_last_lines(shop: FalDbt, program: StandIn) -> None:
    with pytest.raises(FalError, match="fal has ended") as error:
        shop.execute_sql("die")
    assert error.value.code == "fal-ended"
    assert "out of luck" in str(error.value)
    assert shop.ref("a")["x"].item() == "a"
    assert len(program.notes("started")) == 2


def test_ctrl_c_ends_what_was_asked(program: StandIn) -> None:
    script = python(
        """
        from fal import FalDbt, _application

        _application._LEAVE_SECONDS = 0.1  # the stand-in does not leave while it answers
        with FalDbt() as shop:
            shop.ref("a")
            try:
                shop.execute_sql("long")
            except KeyboardInterrupt:
                print(shop._application.is_alive, shop.ref("b")["x"].item())
        """
    )
    program.await_notes("asked", 2)
    script.send_signal(signal.SIGINT)
    printed, _ = script.communicate(timeout=3 * DEADLINE)
    assert printed == "False b\n"


# -- starting -------------------------------------------------------------------------------


def test_what_keeps_the_project_from_being_opened_is_the_error(
    shop: FalDbt, program: StandIn
) -> None:
    program.write("send({'type': 'error', 'code': 'no-profile', 'message': 'there is none'})")
    with pytest.raises(FalError, match="there is none") as error:
        shop.list_models()
    assert error.value.code == "no-profile"


def test_another_program_named_fal_is_told_by_its_words(shop: FalDbt, program: StandIn) -> None:
    program.write("sys.exit('no such command: serve')")
    with pytest.raises(FalError, match=r"ended before it had begun\.\nno such command: serve"):
        _ = shop.models


def test_the_program_is_looked_for(
    program: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _executable.find() == str(program.path)
    other = tmp_path / "bin" / "fal"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o700)
    assert _executable.find(other) == str(other)
    with pytest.raises(FalError, match="fal=/nowhere/fal names no program"):
        _executable.find("/nowhere/fal")
    monkeypatch.setenv("FAL_EXECUTABLE", "/nowhere/fal")
    with pytest.raises(FalError, match="FAL_EXECUTABLE=/nowhere/fal names no program"):
        _executable.find()
    monkeypatch.delenv("FAL_EXECUTABLE")
    monkeypatch.setenv("PATH", str(other.parent))
    assert _executable.find() == str(other)
    monkeypatch.setenv("PATH", "/nowhere")
    assert _executable.find() == str(PACKAGE.parents[2] / "fal")
    monkeypatch.setattr(_executable, "__file__", str(tmp_path / "a/b/c/d/e.py"))
    with pytest.raises(FalError, match="not on PATH"):
        _executable.find()


def test_the_command_line_can_be_called(program: StandIn, tmp_path: Path) -> None:
    from fal.cli import cli
    from fal.dbt.cli import cli as same

    assert cli is same
    program.path.write_text('#!/bin/sh\necho "$@" >>"${0%/*}/said"\nexit "$2"\n')
    cli(["flow", "0"])
    cli(["fal", "flow", "0"])
    with pytest.raises(SystemExit) as end:
        cli(["flow", "2"])
    assert end.value.code == 2
    assert (tmp_path / "said").read_text() == "flow 0\nflow 0\nflow 2\n"


# -- modules --------------------------------------------------------------------------------


def test_star_imports_define_nothing_and_load_little(tmp_path: Path) -> None:
    script = """
    import sys, time
    import fal
    started = time.perf_counter()
    ref = "mine"
    names = set(globals())
    from fal.typing import *
    from fal.dbt.typing import *
    assert set(globals()) - names == {"names"}, set(globals()) - names
    assert time.perf_counter() - started < 1
    assert not {"pandas", "pyarrow", "subprocess", "fal._faldbt", "fal._run"} & set(sys.modules)
    from fal.typing import context, DbtModel
    assert context is fal.context and DbtModel is fal.DbtModel
    import fal.dbt
    assert fal.dbt.FalDbt is fal.FalDbt and not hasattr(fal.dbt, "nothing")
    """
    assert python(script).wait(DEADLINE) == 0


class Shell:
    """What the magic needs of IPython's."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magics: dict[str, Callable[[str], None]] = {}

    def register_magic_function(self, function: Any, kind: str) -> None:
        assert kind == "line"
        self.magics["%" + function.__name__] = function


def test_the_magic_gives_a_notebook_its_functions(
    program: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell()
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", module)
    magics.load_ipython_extension(shell)
    init_fal = shell.magics["%init_fal"]

    init_fal("project_dir='/a b' profiles_dir=/c")
    assert shell.user_ns["ref"]("a")["x"].item() == "a"
    assert program.notes("started")[0]["arguments"][1:5] == [
        *("--project-dir", "/a b"),
        *("--profiles-dir", "/c"),
    ]
    with pytest.raises(FalError, match="default_model_name"):
        shell.user_ns["write_to_model"](pd.DataFrame())
    init_fal("default_model_name=scored")
    assert len(program.notes("left")) == 1
    shell.user_ns["write_to_model"](pd.DataFrame({"x": [1]}))
    assert program.questions()[1]["arguments"] == ["scored"]
    with pytest.raises(FalError, match="'dir=x' is none of project_dir=…"):
        init_fal("dir=x")
    assert magics._opened is not None
    magics._opened.close()


def test_what_has_an_old_name_is_the_same() -> None:
    import faldbt.magics
    import faldbt.project
    from fal.dbt.integration import project

    assert faldbt.magics.init_fal is magics.init_fal
    assert faldbt.project.__all__ == project.__all__
    assert all(getattr(faldbt.project, name) is getattr(project, name) for name in project.__all__)


def test_fal_offers_its_classes_without_loading_them() -> None:
    names = ["Context", "CurrentModel", "DbtModel", "DbtSource", "DbtTest", "FalDbt", "NodeStatus"]
    assert all(isinstance(getattr(fal, name), type) for name in names)
    assert not set(names) & set(fal._functions())
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fal.nothing
