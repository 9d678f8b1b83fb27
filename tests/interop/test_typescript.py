"""A TypeScript client of the OpenAPI document: the types of openapi-typescript, and their use."""

import json
import shutil
import subprocess
from pathlib import Path

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.main import create_app

HERE = Path(__file__).parent / "typescript"
TOOLS = PROJECT_ROOT / "node_modules" / ".bin"


def run(*command):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_client_that_is_made_of_the_document_compiles(tmp_path):
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(create_app().openapi()))
    run(TOOLS / "openapi-typescript", document, "-o", tmp_path / "schema.ts")
    shutil.copy(HERE / "consumer.ts", tmp_path)
    run(
        TOOLS / "tsc", "--strict", "--noEmit", "--target", "es2022", "--module", "esnext",
        "--moduleResolution", "bundler", "--lib", "es2022,dom",
        "--exactOptionalPropertyTypes", tmp_path / "consumer.ts",
    )  # fmt: skip
