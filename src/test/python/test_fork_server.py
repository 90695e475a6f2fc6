"""The fork server and its workers: how they start, and that none of them outlives anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import DEADLINE, PACKAGE, Project, Server, gone, is_alive

SLEEPS = "import subprocess\nprint(subprocess.Popen(['sleep', '1000']).pid)\nref('never')\n"


def sleeping(project: Project) -> tuple[int, int]:
    """A model that waits for an answer, with a process of its own: (worker's pid, that process's pid)."""
    project.file("models/m.py", SLEEPS)
    worker = project.start("models/m.py")
    grandchild = int(worker.connections["stdout"].recv(100))
    assert worker.receive()["type"] == "read"  # type: ignore[index]
    project.held.append(worker)
    assert is_alive(worker.pid) and is_alive(grandchild)
    return worker.pid, grandchild


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Project]:
    """A server of the test's own, to be treated badly; without pandas, which takes seconds to import."""
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "pandas.py").write_text("raise ImportError('not here')")
    with tempfile.TemporaryDirectory(prefix="fal") as folder:
        path = os.pathsep.join([str(PACKAGE), str(tmp_path / "absent")])
        server = Server(Path(folder), PYTHONPATH=path)
        yield Project(server, tmp_path)
        if server.process.poll() is None:
            server.process.kill()
        server.process.wait(DEADLINE)


def test_says_what_it_is_when_it_is_ready(shared_server: Server) -> None:
    import pandas
    import pyarrow

    assert shared_server.ready == {
        "type": "ready",
        "pid": shared_server.process.pid,
        "python": sys.version.split()[0],
        "pandas": pandas.__version__,
        "pyarrow": pyarrow.__version__,
    }


def test_end_of_stdin_kills_models_and_their_processes(own: Project) -> None:
    pids = [*sleeping(own), *sleeping(own)]
    assert own.server.process.stdin is not None
    own.server.process.stdin.close()
    assert own.server.process.wait(DEADLINE) == 0
    assert all(gone(pid) for pid in pids)


def test_killing_the_server_kills_models_and_their_processes(own: Project) -> None:
    pids = [*sleeping(own), *sleeping(own)]
    own.server.process.kill()
    own.server.process.wait(DEADLINE)
    assert all(gone(pid) for pid in pids)


def test_kill_ends_the_whole_group_and_no_other(own: Project) -> None:
    first, second = sleeping(own), sleeping(own)
    own.server.command(type="kill", worker="w1")
    exited = own.server.reply("exited")
    assert (exited["worker"], exited["code"], exited["signal"]) == ("w1", None, signal.SIGKILL)
    assert all(gone(pid) for pid in first)
    assert all(is_alive(pid) for pid in second)


def test_a_model_that_kills_its_parents_group_reaches_only_itself(own: Project) -> None:
    result = own.model("import os, signal\nos.kill(0, signal.SIGKILL)")
    assert result.exited["signal"] == signal.SIGKILL
    assert own.model("print('next')").stdout == "next\n"


def test_leaves_when_nobody_reads_its_replies(own: Project) -> None:
    pids = sleeping(own)
    assert own.server.process.stdout is not None
    own.server.process.stdout.close()
    own.server.command(type="kill", worker="w1")
    assert own.server.process.wait(DEADLINE) == 0
    assert all(gone(pid) for pid in pids)


def test_a_worker_whose_jvm_has_left_leaves_too(own: Project) -> None:
    pids = sleeping(own)
    own.held[0].close()
    assert own.server.reply("exited")["signal"] == signal.SIGKILL
    assert all(gone(pid) for pid in pids)


def test_is_one_thread_of_python(project: Project) -> None:
    result = project.model("import threading\nprint(threading.enumerate())")
    assert result.stdout.count("Thread(") == 1


def test_ctrl_c_is_the_jvms_business(own: Project) -> None:
    own.server.process.send_signal(signal.SIGINT)
    assert own.model("print(1)").stdout == "1\n"


def test_leaks_no_descriptors_and_no_zombies(own: Project) -> None:
    own.model("pass")
    own_descriptors = f"/proc/{own.server.process.pid}/fd"
    before = len(os.listdir(own_descriptors))
    for _ in range(5):
        own.model("pass")
    assert len(os.listdir(own_descriptors)) == before
    children = f"/proc/{own.server.process.pid}/task/{own.server.process.pid}/children"
    assert Path(children).read_text() == ""


def test_a_worker_holds_no_descriptor_of_the_server(own: Project) -> None:
    sleeping(own)
    result = own.model(
        """
        import os, stat
        for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
            try:
                print(fd, os.readlink(f"/proc/self/fd/{fd}").split(":")[0])
            except FileNotFoundError:
                pass
        """
    )
    kinds = dict(line.split() for line in result.stdout.splitlines())
    assert kinds["0"] == "/dev/null"
    assert [kinds[fd] for fd in ("1", "2", "200")] == ["socket"] * 3
    rest = [kind for fd, kind in kinds.items() if fd not in ("0", "1", "2", "200")]
    assert rest == ["pipe"]  # what tells the kernel that the server has gone


def test_prints_of_imports_do_not_disturb_the_replies(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("print('noise')\nraise ImportError('no')")
    noisy = Server(tmp_path, PYTHONPATH=os.pathsep.join([str(PACKAGE), str(tmp_path)]))
    assert noisy.ready["pandas"] is None
    noisy.close()


def test_says_why_it_cannot_serve(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError('No module named pyarrow')")
    ended = subprocess.run(
        [sys.executable, "-m", "fal._fork_server"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(tmp_path)])},
        check=False,
    )
    assert ended.returncode == 3
    assert '"type":"failed"' in ended.stdout and "No module named pyarrow" in ended.stdout
    assert "this Python can't run models: No module named pyarrow" in ended.stderr


def test_a_failed_fork_is_told_as_a_worker_that_ended(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os\ndef fork(): raise BlockingIOError(11, 'no more processes')\nos.fork = fork\n"
    )
    server = Server(tmp_path, PYTHONPATH=os.pathsep.join([str(PACKAGE), str(tmp_path)]))
    server.command(type="spawn", worker="w1", socket="/none", token="x")
    exited = server.reply("exited")
    assert (exited["worker"], exited["code"], exited["signal"]) == ("w1", None, None)
    server.close()


def test_a_projects_own_modules_do_not_shadow_what_the_server_imports(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError('shadowed')")
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "pandas.py").write_text("raise ImportError('not here')")
    server = Server(tmp_path, PYTHONPATH=os.pathsep.join([str(PACKAGE), str(tmp_path / "absent")]))
    server.close()
