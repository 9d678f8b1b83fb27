"""What is loaded stays: no garbage collection looks at it again, and others work meanwhile."""

import gc
import subprocess
import sys
import threading
import time

import pytest

from pocplatform.kit.loading import loading


def test_collector_rests_while_something_is_loaded_and_works_afterwards():
    with loading():
        assert not gc.isenabled()
        loaded = [[] for _ in range(1000)]
        assert gc.is_tracked(loaded)
    assert gc.isenabled()
    assert not any(one is loaded for one in gc.get_objects())
    assert gc.get_freeze_count() >= 1000


@pytest.mark.parametrize("beside_others", [False, True])
def test_all_is_as_before_after_something_could_not_be_loaded(beside_others):
    finders = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError), loading(beside_others=beside_others):
        import there_is_no_such_module  # noqa: F401
    assert gc.isenabled()
    assert sys.meta_path == finders


def test_loading_waits_before_each_module_and_other_threads_do_not(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("first_piece", "second_piece", "of_another_thread"):
        (tmp_path / f"{name}.py").touch()
    waited: dict[int, int] = {}

    def sleep(_seconds):
        waited[threading.get_ident()] = waited.get(threading.get_ident(), 0) + 1

    monkeypatch.setattr(time, "sleep", sleep)
    with loading(beside_others=True):
        import first_piece  # noqa: F401
        import second_piece  # noqa: F401

        other = threading.Thread(target=lambda: __import__("of_another_thread"))
        other.start()
        other.join()
    assert waited == {threading.get_ident(): 2}
    assert "of_another_thread" in sys.modules


def test_what_a_sign_in_needs_is_loaded_for_good():
    code = """
import gc
from pocplatform.chain import siwe

gc.collect()
before = gc.get_freeze_count()
siwe.load()
print(gc.isenabled(), gc.get_freeze_count() - before > 50_000)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
