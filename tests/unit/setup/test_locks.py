"""The locks agree with their inputs and with each other; nothing tracked names a machine."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

# Put together here, so that this file is clean by its own measure.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npm", "pkg", "github", "com"),
    ]
]
MACHINE_PATHS = [re.compile(rf"(?<![\w./-])/{name}/\w") for name in ("work", "root", "home")]


def test_the_locks_are_in_step(locks: ModuleType) -> None:
    assert locks.disagreements() == []


def test_every_pin_has_a_hash(root: Path, locks: ModuleType) -> None:
    for name in locks.LOCKS:
        text = (root / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        for block in re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_a_new_dependency_without_a_new_lock_is_found(locks: ModuleType, checkout: Path) -> None:
    pyproject = checkout / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace("dependencies = [", 'dependencies = [\n"leftpad",', 1))
    assert any(
        "runtime.lock was made from other inputs" in s for s in locks.disagreements(checkout)
    )


def test_a_change_of_tool_settings_asks_for_no_new_lock(locks: ModuleType, checkout: Path) -> None:
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.something]\nx = 1\n")
    assert locks.disagreements(checkout) == locks.disagreements()


def test_a_runtime_pin_that_differs_from_dev_is_found(locks: ModuleType, checkout: Path) -> None:
    lock = checkout / "requirements" / "runtime.lock"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(r"(?m)^click==\S+", "click==99.0", text), encoding="utf-8")
    assert any("runtime.lock pins click 99.0" in s for s in locks.disagreements(checkout))


def test_a_missing_lock_is_found(locks: ModuleType, checkout: Path) -> None:
    (checkout / "requirements" / "node.lock").unlink()
    assert "requirements/node.lock is missing." in locks.disagreements(checkout)


def test_a_changed_package_json_is_found(locks: ModuleType, checkout: Path) -> None:
    package = json.loads((checkout / "package.json").read_text(encoding="utf-8"))
    package["dependencies"]["leftpad"] = "1.0.0"
    (checkout / "package.json").write_text(json.dumps(package), encoding="utf-8")
    assert "package-lock.json does not fit package.json (dependencies)." in locks.disagreements(
        checkout
    )


def test_platform_packages_that_npm_left_out_are_added_for_their_own_system_only(
    locks: ModuleType,
) -> None:
    lock = {
        "packages": {
            "": {"optionalDependencies": {}},
            "node_modules/tool": {
                "license": "MIT",
                "optionalDependencies": {
                    "tool-linux-amd64": "1.2.3",
                    "tool-darwin-arm64": "1.2.3",
                    "bufferutil": "^4",
                },
            },
            "node_modules/tool-linux-amd64": {"version": "1.2.3", "integrity": "sha512-x"},
        }
    }
    assert locks.complete_platforms(lock) == ["tool-darwin-arm64"]
    added = lock["packages"]["node_modules/tool-darwin-arm64"]
    assert (added["version"], added["os"], added["cpu"]) == ("1.2.3", ["darwin"], ["arm64"])
    assert locks.complete_platforms(lock) == []


def test_constraints_drop_markers_but_for_a_package_with_two_pins(
    locks: ModuleType, tmp_path: Path
) -> None:
    lock = tmp_path / "x.lock"
    lock.write_text(
        "a==1 ; sys_platform == 'linux' \\\n    --hash=sha256:0\n"
        "b==1 ; python_version < '3.12' \\\n    --hash=sha256:0\n"
        "b==2 ; python_version >= '3.12' \\\n    --hash=sha256:0\n"
    )
    assert locks.constraints_from(lock).splitlines() == [
        "a==1",
        "b==1 ; python_version < '3.12'",
        "b==2 ; python_version >= '3.12'",
    ]


def tracked_files(root: Path) -> list[Path]:
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [root / name for name in listing.stdout.split("\0") if name and (root / name).is_file()]


def test_no_tracked_file_names_a_registry_or_a_path_of_a_machine(root: Path) -> None:
    found = []
    for path in tracked_files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(root)
        found += [f"{name}: {host}" for host in REGISTRY_HOSTS if host in text]
        found += [f"{name}: {hit.group()}" for p in MACHINE_PATHS for hit in p.finditer(text)]
    assert found == []


def test_the_licence_is_the_whole_of_apache_2(root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
