"""Finds every sentence for people in the code, the templates and the contracts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pocplatform
from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.reverts import abi_type
from pocplatform.http import validation
from pocplatform.outbox import known_errors, library_errors, next_steps
from pocplatform.outbox.models import TransactionStatus

PACKAGE = Path(pocplatform.__file__).parent
ERROR = "PlatformError"
PHRASE = "Phrase"
ELSEWHERE = ("http/validation.py",)
"""Modules whose errors take their sentences from tables, which :func:`tables` reads."""

SIMPLE = ("SignatureRefused", "NotACredential", "DisclosuresRefused")
"""Exceptions whose one argument is a sentence that is translated where they are caught."""

_IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*[,)]""")


@dataclass
class Source:
    """A module of the package."""

    path: Path
    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(PACKAGE.parent)}:{getattr(node, 'lineno', 0)}"


@dataclass
class Collected:
    """Sentences with the place of each, and places where a sentence cannot be read."""

    sentences: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, sentence: str, place: str) -> None:
        if sentence:
            self.sentences.setdefault(sentence, place)


def modules() -> list[Source]:
    """The server's modules: SDK and pilots keep their texts in both languages themselves."""
    paths = sorted(PACKAGE.rglob("*.py"))
    own = [path for path in paths if path.relative_to(PACKAGE).parts[0] not in ("client", "pilots")]
    return [Source(path, ast.parse(path.read_text(encoding="utf-8"))) for path in own]


def errors_in(sources: list[Source]) -> Collected:
    """Titles, details and next steps of all our errors, and the phrases in them."""
    collected = Collected()
    classes = [
        (source, node)
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    ]
    bases = {node.name: {_name(base) for base in node.bases} for _, node in classes}
    ours = {name for name in bases if ERROR in _ancestors(name, bases)}
    own_words = {
        node.name
        for _, node in classes
        if node.name in ours and node.name != ERROR and _method(node, "__init__") is not None
    }
    for source, node in classes:
        if node.name not in ours:
            continue
        for statement in node.body:
            if _assigned(statement) == "title":
                _collect(collected, source, statement.value, {})  # type: ignore[attr-defined]
        initializer = _method(node, "__init__")
        for function in node.body:
            for call in _calls(function):
                if isinstance(call.func, ast.Name) and call.func.id == "cls":
                    _collect_call(collected, source, call, _constants(source, function))
        if _method(node, "detail") is not None:
            continue  # it takes its sentences from a table
        if node.name in own_words and initializer is not None:
            for call in _calls(initializer):
                if ast.unparse(call.func) == "super().__init__":
                    _collect_call(collected, source, call, _constants(source, initializer))
    for source in sources:
        for function, call in _calls_with_function(source.tree):
            name = _name(call.func)
            if name == PHRASE and call.args:
                _collect(collected, source, call.args[0], {})
            if source.path.relative_to(PACKAGE).as_posix() in ELSEWHERE:
                continue
            if name in ours and not _ancestors(name, bases) & own_words and call.args:
                _collect_call(collected, source, call, _constants(source, function))
            position = (
                2 if ast.unparse(call.func) == "report.add" else 0 if name in SIMPLE else None
            )
            if position is not None and len(call.args) > position:
                known = _constants(source, function)
                reasons = [k.value for k in call.keywords if k.arg == "reason"]
                for node in (call.args[position], *reasons):
                    _collect(collected, source, node, known, foreign_is_fine=True)
    return collected


def validators_in(sources: list[Source]) -> Collected:
    """``raise ValueError("…")`` in schemas, as the validation turns them into sentences."""
    collected = Collected()
    for source in sources:
        if source.path.name != "schemas.py":
            continue
        for call in _calls(source.tree):
            if _name(call.func) == "ValueError":
                (text,) = _texts(call.args[0], {}) or [None]
                if text is None:
                    collected.unreadable.append(source.place(call))
                else:
                    collected.add(f"{validation.OWN}{text.removesuffix('.')}.", source.place(call))
    return collected


def templates() -> Collected:
    """What the pages mark with ``_("…")``, and the words for a transaction's status."""
    collected = Collected()
    for path in sorted((PACKAGE / "web" / "templates").glob("**/*.html")):
        for double, single in _IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            collected.add(double or single, path.name)
    for status in TransactionStatus:
        collected.add(status.value, "TransactionStatus")
    return collected


def tables() -> Collected:
    """The sentences that stand in tables of the code."""
    collected = Collected()
    groups = (
        known_errors.EXPLANATIONS,
        known_errors.PANICS,
        known_errors.NODE_WORDS,
        library_errors.LIBRARY_ERRORS,
    )
    known = [explanation for group in groups for explanation in group.values()]
    for value in vars(known_errors).values():
        if isinstance(value, known_errors.Explanation):
            known.append(value)
    for explanation in known:
        collected.add(explanation.sentence, "known_errors")
        collected.add(explanation.next_step, "known_errors")
    for sentence in next_steps.NEXT_STEPS.values():
        collected.add(sentence, "next_steps")
    states = (
        known_errors.AGREEMENT_STATES,
        known_errors.MILESTONE_STATES,
        library_errors.PROPOSAL_STATES,
    )
    for word in (word for words in states for word in words):
        collected.add(word, "known_errors")
    for sentence in (*validation.SENTENCES.values(), *validation.NEXT_STEPS.values()):
        collected.add(sentence, "validation")
    for sentence in (
        validation.NO_BODY,
        validation.NO_BODY_NEXT,
        validation.OTHER,
        validation.OTHER_BODY,
    ):
        collected.add(sentence, "validation")
    return collected


def contract_errors(artifacts: Artifacts) -> Iterator[tuple[str, str, str]]:
    """(contract, signature, notice) of every error that a deployable contract can give."""
    for artifact in artifacts.deployable().values():
        notices = artifact.userdoc.get("errors") or {}
        for entry in artifact.abi:
            if entry["type"] == "error":
                types = ",".join(abi_type(parameter) for parameter in entry["inputs"])
                signature = f"{entry['name']}({types})"
                documented = notices.get(signature) or [{}]
                yield artifact.name, signature, str(documented[0].get("notice", "")).strip()


def literals(sources: list[Source]) -> set[str]:
    """Every string that the code has, adjacent parts joined: what could be a msgid."""
    return {
        node.value
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def placeholders(sentence: str) -> set[tuple[str, str, str]]:
    """(name, conversion, format) of each placeholder; raises ValueError if it is malformed."""
    return {
        (name, conversion or "", spec or "")
        for _, name, spec, conversion in Formatter().parse(sentence)
        if name is not None
    }


def _collect_call(
    collected: Collected, source: Source, call: ast.Call, known: Mapping[str, ast.expr]
) -> None:
    _collect(collected, source, call.args[0], known)
    for keyword in call.keywords:
        if keyword.arg == "next_step":
            _collect(collected, source, keyword.value, known)


def _collect(
    collected: Collected,
    source: Source,
    node: ast.expr,
    known: Mapping[str, ast.expr],
    *,
    foreign_is_fine: bool = False,
) -> None:
    texts = _texts(node, known)
    if texts is None and not foreign_is_fine:
        collected.unreadable.append(f"{source.place(node)}: {ast.unparse(node)}")
    for text in texts or ():
        collected.add(text, source.place(node))


def _texts(node: ast.expr, known: Mapping[str, ast.expr]) -> list[str] | None:
    """All texts that an expression can be; None where that cannot be read from the code."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            first, second = _texts(body, known), _texts(orelse, known)
            return None if first is None or second is None else first + second
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            before, behind = _texts(left, known), _texts(right, known)
            if before is None or behind is None:
                return None
            return [a + b for a in before for b in behind]
        case ast.BoolOp(op=ast.Or(), values=values):
            # Such as `answer.get("next_step") or "…"`: what is not ours is in its language already.
            return [text for value in values for text in _texts(value, known) or ()]
        case ast.Subscript(value=ast.Name(id=name)) if isinstance(known.get(name), ast.Dict):
            table = known[name].values  # type: ignore[attr-defined]
            return [text for value in table for text in _texts(value, {}) or ()]
        case ast.Name(id=name) if name in known:
            return _texts(known[name], {k: v for k, v in known.items() if k != name})
    return None


def _constants(source: Source, function: ast.AST | None) -> dict[str, ast.expr]:
    """Names that are assigned in the module or in the function, with what they are set to."""
    found: dict[str, ast.expr] = {}
    for statement in [*source.tree.body, *(ast.walk(function) if function else ())]:
        name = _assigned(statement)
        if name:
            found[name] = statement.value  # type: ignore[attr-defined]
    return found


def _assigned(node: ast.AST) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return ""


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (child for child in ast.walk(node) if isinstance(child, ast.Call))


def _calls_with_function(
    node: ast.AST, function: ast.AST | None = None
) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inside = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls_with_function(child, inside)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _ancestors(name: str, bases: Mapping[str, set[str]]) -> set[str]:
    """The classes above a class, and itself."""
    above = {name}
    for base in bases.get(name, set()) - {name}:
        above |= _ancestors(base, bases)
    return above


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    found = [s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == name]
    return found[0] if found else None
