"""What the set-up decides: which Python and Node, what is in place, what a failure is called."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def make_setup(bootstrap: ModuleType, checkout: Path, *, dev: bool = False) -> Any:
    return bootstrap.Setup(checkout, dev, bootstrap.Console(quiet=True))


def pretend_installed(setup: Any, bootstrap: ModuleType) -> None:
    setup.python.parent.mkdir(parents=True)
    setup.python.symlink_to(sys.executable)
    setup.node_modules.mkdir()
    bootstrap.write_stamp(setup.venv / bootstrap.STAMP, setup.python_wanted())
    bootstrap.write_stamp(setup.node_modules / bootstrap.STAMP, setup.npm_wanted())


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def commands(bootstrap: ModuleType, tmp_path: Path) -> tuple[Any, int]:
    fd = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    return bootstrap.Commands(tmp_path / "setup.log", fd), fd


@pytest.mark.parametrize("version", [(3, 6), (3, 10)])
def test_an_old_python_is_refused_with_the_command_that_installs_a_newer_one(
    bootstrap: ModuleType, version: tuple[int, int]
) -> None:
    refused = bootstrap.refuse_python(version, "Linux")
    assert f"Python {version[0]}.{version[1]}" in refused.sentence
    assert "apt install python3.11" in refused.next_step


def test_a_python_newer_than_the_locks_is_refused(bootstrap: ModuleType) -> None:
    assert "Python 3.15" in bootstrap.refuse_python((3, 15), "Linux").sentence


def test_windows_is_sent_to_wsl(bootstrap: ModuleType) -> None:
    assert "WSL" in bootstrap.refuse_python((3, 12), "Windows").next_step


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_supported_pythons_are_accepted(bootstrap: ModuleType, version: tuple[int, int]) -> None:
    assert bootstrap.refuse_python(version, "Linux") is None


@pytest.mark.parametrize("name", ["bootstrap.py", "setupkit.py"])
def test_the_scripts_can_be_read_by_an_old_python(root: Path, name: str) -> None:
    source = (root / "scripts" / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_nothing_is_ready_in_a_fresh_clone(bootstrap: ModuleType, checkout: Path) -> None:
    setup = make_setup(bootstrap, checkout)
    assert not setup.python_ready()
    assert not setup.npm_ready()


def test_a_finished_setup_is_left_alone(bootstrap: ModuleType, checkout: Path) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    setup.run()
    assert not setup.work.exists()


def test_the_dev_setup_serves_the_sandbox_but_not_the_other_way_round(
    bootstrap: ModuleType, checkout: Path
) -> None:
    dev, runtime = (make_setup(bootstrap, checkout, dev=dev) for dev in (True, False))
    pretend_installed(dev, bootstrap)
    assert runtime.python_ready()
    assert runtime.npm_ready()
    bootstrap.write_stamp(runtime.venv / bootstrap.STAMP, runtime.python_wanted())
    bootstrap.write_stamp(runtime.node_modules / bootstrap.STAMP, runtime.npm_wanted())
    assert not dev.python_ready()
    assert not dev.npm_ready()


@pytest.mark.parametrize("changed", ["requirements/runtime.lock", "requirements/build.lock"])
def test_a_changed_lock_makes_the_python_parts_stale(
    bootstrap: ModuleType, checkout: Path, changed: str
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")
    assert not setup.python_ready()
    assert setup.npm_ready()


def test_a_changed_npm_lock_makes_the_npm_parts_stale(
    bootstrap: ModuleType, checkout: Path
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    with (checkout / "package-lock.json").open("a") as file:
        file.write("\n")
    assert setup.python_ready()
    assert not setup.npm_ready()


def test_a_change_of_tool_settings_leaves_the_python_parts_alone(
    bootstrap: ModuleType, checkout: Path
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("\n[tool.something]\nx = 1\n")
    assert setup.python_ready()


def test_a_moved_checkout_is_set_up_again(bootstrap: ModuleType, checkout: Path) -> None:
    pretend_installed(make_setup(bootstrap, checkout), bootstrap)
    moved = checkout.rename(checkout.with_name("moved"))
    assert not make_setup(bootstrap, moved).python_ready()


def test_a_setup_killed_while_installing_is_not_ready(
    bootstrap: ModuleType, checkout: Path
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    (setup.venv / bootstrap.STARTED).touch()
    assert not setup.python_ready()


def test_an_environment_whose_interpreter_is_gone_is_not_ready(
    bootstrap: ModuleType, checkout: Path
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    setup.python.unlink()
    setup.python.symlink_to(checkout / "no-such-python")
    assert not setup.python_ready()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"runtime": "other"}'])
def test_a_damaged_stamp_counts_as_none(
    bootstrap: ModuleType, checkout: Path, content: str
) -> None:
    setup = make_setup(bootstrap, checkout)
    pretend_installed(setup, bootstrap)
    (setup.venv / bootstrap.STAMP).write_text(content)
    assert not setup.python_ready()


def test_a_missing_lock_file_is_named(bootstrap: ModuleType, checkout: Path) -> None:
    (checkout / "requirements" / "runtime.lock").unlink()
    with pytest.raises(bootstrap.SetupError, match=r"runtime\.lock is missing"):
        make_setup(bootstrap, checkout).run()


@pytest.mark.parametrize(
    ("node", "npm"), [(None, None), ("echo v20.1.0", None), ("echo v16.20.0", "true"),
                      ("exit 1", "true"), ("echo rubbish", "true")]
)  # fmt: skip
def test_a_missing_or_old_node_is_not_used(
    bootstrap: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    node: str | None,
    npm: str | None,
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    if node:
        program(folder, "node", node)
    if npm:
        program(folder, "npm", npm)
    monkeypatch.setenv("PATH", str(folder))
    assert bootstrap.find_node() is None


def test_a_new_enough_node_is_used(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "node", "echo v18.0.0")
    npm = program(tmp_path / "bin", "npm", "true")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert bootstrap.find_node() == npm


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("npm error code ENOTFOUND\nnpm error network", "registry cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error EINTEGRITY sha512-x", "not the file that was pinned"),
        ("THESE PACKAGES DO NOT MATCH\n  do not match the hashes", "not the file that was pinned"),
        ("npm error code EACCES", "may not be written"),
        ("something else", "ended with exit code 3"),
    ],
)
def test_a_failing_tool_is_explained_in_one_sentence(
    bootstrap: ModuleType, tmp_path: Path, output: str, reason: str
) -> None:
    tool = program(tmp_path, "npm", f"cat <<'X'\n{output}\nX\nexit 3")
    runner, fd = commands(bootstrap, tmp_path)
    with pytest.raises(bootstrap.SetupError) as caught:
        runner.run("Installing the npm parts", [str(tool), "ci"])
    os.close(fd)
    assert caught.value.sentence.startswith("Installing the npm parts failed: ")
    assert reason in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert caught.value.next_step
    assert output.splitlines()[-1] in caught.value.output


def test_a_tool_that_is_not_there_is_explained(bootstrap: ModuleType, tmp_path: Path) -> None:
    runner, fd = commands(bootstrap, tmp_path)
    with pytest.raises(bootstrap.SetupError, match="cannot be started"):
        runner.run("Installing", [str(tmp_path / "nothing")])
    os.close(fd)


def test_stopping_ends_a_tool_and_what_it_started(bootstrap: ModuleType, tmp_path: Path) -> None:
    tool = program(tmp_path, "slow", f"sleep 300 & echo $! > {tmp_path}/child; wait")
    runner, fd = commands(bootstrap, tmp_path)
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            runner.run("Waiting", [str(tool)])
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    child = tmp_path / "child"
    wait_until(lambda: child.exists() and child.read_text().strip() != "")
    runner.stop()
    thread.join(10)
    os.close(fd)
    assert isinstance(outcome[0], bootstrap.SetupError)
    wait_until(lambda: not alive(int(child.read_text())))


def test_a_second_setup_waits_for_the_first(bootstrap: ModuleType, tmp_path: Path) -> None:
    console = bootstrap.Console(quiet=True)
    order: list[str] = []

    def second() -> None:
        with bootstrap.setup_lock(tmp_path / "lock", console):
            order.append("second")

    with bootstrap.setup_lock(tmp_path / "lock", console):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_too_little_disk_is_said_before_anything_is_made(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(checkout)._replace(free=10 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(bootstrap.SetupError, match="has 10 MB free"):
        make_setup(bootstrap, checkout).run()
    assert not (checkout / ".venv").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(bootstrap: ModuleType, checkout: Path) -> None:
    checkout.chmod(0o555)
    try:
        with pytest.raises(bootstrap.SetupError, match="cannot be written"):
            make_setup(bootstrap, checkout).run()
    finally:
        checkout.chmod(0o755)


def test_a_file_in_the_way_of_the_work_folder_is_named(
    bootstrap: ModuleType, checkout: Path
) -> None:
    (checkout / ".build").write_text("")
    with pytest.raises(bootstrap.SetupError, match=r"\.build cannot be written"):
        make_setup(bootstrap, checkout).run()


def test_sigterm_ends_the_setup_and_its_tools(root: Path, checkout: Path, tmp_path: Path) -> None:
    binaries = tmp_path / "bin"
    program(binaries, "node", "echo v20.0.0")
    program(binaries, "npm", f"echo $$ > {tmp_path}/npm.pid; sleep 300")
    process = subprocess.Popen(
        [sys.executable, root / "scripts" / "bootstrap.py", "--root", checkout],
        env={**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    note = tmp_path / "npm.pid"
    wait_until(lambda: note.exists() and note.read_text().strip() != "")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert "The next run goes on from here" in said
    wait_until(lambda: not alive(int(note.read_text())))


def wait_until(condition: Any, timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
