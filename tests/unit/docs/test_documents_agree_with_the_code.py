"""Settings, verbs and layers in the documents are those of the code."""

import re

from typer.main import get_command

from pocplatform.cli import app
from pocplatform.kit.settings import PROJECT_ROOT, Settings

README = (PROJECT_ROOT / "README.md").read_text()
ARCHITECTURE = (PROJECT_ROOT / "ARCHITECTURE.md").read_text()


def test_readme_lists_every_setting_and_no_other():
    documented = set(re.findall(r"POC_[A-Z_]+", README))
    assert documented == {f"POC_{name.upper()}" for name in Settings.model_fields} | {
        "POC_LANGUAGE"
    }


def test_readme_lists_every_verb_of_the_command_line():
    table = README.split("## The command line")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `([\w-]+(?: \w+)?)` \|", table, re.MULTILINE)
    verbs = [
        f"{name} {below}" if below else name
        for name, command in get_command(app).commands.items()
        for below in getattr(command, "commands", [""])
    ]
    assert sorted(documented) == sorted(verbs)


def test_architecture_names_every_package():
    packages = [p.parent.name for p in (PROJECT_ROOT / "pocplatform").glob("*/__init__.py")]
    missing = [name for name in packages if name not in ARCHITECTURE]
    assert not missing


def test_changelog_names_the_present_version():
    from pocplatform import __version__

    assert f"## {__version__}" in (PROJECT_ROOT / "CHANGELOG.md").read_text()
