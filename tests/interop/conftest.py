"""Runs the Node scripts of this folder against the platform's chain."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pocplatform.chain.toolchain import find_node
from pocplatform.kit.settings import PROJECT_ROOT

ANSWER_DEADLINE_S = 60


@pytest.fixture(scope="session")
def run_script(platform: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """Answers what a script says to a request: ``run_script(path, "resolve", did=…)``.

    A script is started once and answers all requests: starting takes longer than answering.
    """
    node = find_node(PROJECT_ROOT)
    assert node is not None, "Node is needed for the npm clients"
    running: dict[Path, subprocess.Popen[str]] = {}

    def run(script: Path, action: str, **request: Any) -> Any:
        request = {
            "action": action,
            "rpcUrl": f"{base_url}/rpc",
            "chainId": platform.gateway.chain_id,
            **request,
        }
        if script not in running:
            running[script] = subprocess.Popen(
                [str(node), str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        process = running[script]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], ANSWER_DEADLINE_S)
        assert ready, f"no answer to {action}"
        line = process.stdout.readline()
        assert line, f"{script.name} ended with {process.wait()}"
        said = json.loads(line)
        assert "error" not in said, said["error"]
        return said.get("answer")

    yield run
    for process in running.values():
        process.kill()
        process.communicate()
