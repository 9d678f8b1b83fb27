"""Declarations of what is to be deployed.

PlatformError
└── DeploymentInvalid   500  the set contradicts itself or the contracts
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pocplatform.chain.artifacts import Artifact, Artifacts
from pocplatform.chain.keyless import KeylessTransaction
from pocplatform.kit.errors import PlatformError


class DeploymentInvalid(PlatformError):
    """The set contradicts itself (a cycle, an unknown name) or the contracts (arguments)."""

    code = "deployment_invalid"
    title = "The contracts to deploy are not well declared"


@dataclass(frozen=True)
class Ref:
    """In constructor arguments: the address of another contract of the set."""

    name: str


@dataclass(frozen=True)
class Param:
    """In constructor arguments: a value given when the set is made, such as an account."""

    name: str


Operator = Param("operator")
"""The account that deploys and administers the contracts."""


class Resolver:
    """Given to ``args`` that are a function: the addresses and parameters of the set."""

    def __init__(self, reference: Callable[[str], str], parameter: Callable[[str], Any]) -> None:
        self._reference = reference
        self._parameter = parameter

    def address(self, name: str) -> str:
        """The address of another contract of the set."""
        return self._reference(name)

    def param(self, name: str) -> Any:
        """The value of a parameter."""
        return self._parameter(name)


Args = Sequence[Any] | Callable[[Resolver], Sequence[Any]]


@dataclass(frozen=True)
class ContractSpec:
    """One contract to deploy.

    Attributes:
        name: Its name in the set and the manifest.
        args: Constructor arguments, with :class:`Ref` and :class:`Param` at any depth, or a
            function that makes them.
        artifact: Name of the compiled contract, where it is not ``name``.
        salt: A published CREATE2 salt, which gives the contract its usual address; None for one
            made of the name.
        keyless: The published transaction that creates it, instead of the CREATE2 factory. Such a
            contract has to be optional, since not every node takes it.
        optional: Nobody's constructor or endpoint needs it, so a chain can do without it.
    """

    name: str
    args: Args = ()
    artifact: str = ""
    salt: bytes | None = None
    keyless: KeylessTransaction | None = None
    optional: bool = False

    @property
    def artifact_name(self) -> str:
        """Name of the compiled contract."""
        return self.artifact or self.name


@dataclass(frozen=True)
class ResolvedContract:
    """A contract of the set with all that decides its address.

    Attributes:
        spec: Its declaration.
        artifact: What is deployed.
        args: Constructor arguments with all references resolved.
        init_code: Creation code and encoded arguments.
        address: Where it is or will be, checksummed.
        depends_on: Names of the contracts whose addresses it holds.
    """

    spec: ContractSpec
    artifact: Artifact
    args: list[Any]
    init_code: bytes
    address: str
    depends_on: tuple[str, ...]


class DeploymentSet:
    """Contracts that belong together.

    Args:
        specs: In any order.
        params: Values for each :class:`Param`.

    Raises:
        DeploymentInvalid: A name given twice, a reference to an unknown name, a missing
            parameter, or contracts that need each other's address.
    """

    def __init__(
        self, specs: Sequence[ContractSpec], params: Mapping[str, Any] | None = None
    ) -> None:
        self._params = dict(params or {})
        self._specs: dict[str, ContractSpec] = {}
        for spec in specs:
            if spec.name in self._specs:
                raise DeploymentInvalid(
                    "{name} is declared twice in the deployment set.",
                    next_step="Give one of the two another name.",
                    name=spec.name,
                )
            self._specs[spec.name] = spec
        self._dependencies = {name: self._references(spec) for name, spec in self._specs.items()}
        try:
            self.order: tuple[str, ...] = tuple(
                TopologicalSorter(self._dependencies).static_order()
            )
        except CycleError as error:
            raise DeploymentInvalid(
                "These contracts need each other's address: {cycle}.",
                next_step="Let one of them learn the address after its deployment.",
                cycle=" → ".join(reversed(error.args[1])),
            ) from error

    def resolve(
        self,
        artifacts: Artifacts,
        address_of: Callable[[ContractSpec, bytes], str],
        init_code_of: Callable[[Artifact, Sequence[Any]], bytes],
    ) -> list[ResolvedContract]:
        """Arguments, init code and address of each contract, dependencies first."""
        addresses: dict[str, str] = {}
        resolved = []
        for name in self.order:
            spec = self._specs[name]
            artifact = artifacts[spec.artifact_name]
            args = self._args(spec, addresses.__getitem__)
            code = init_code_of(artifact, args)
            addresses[name] = address_of(spec, code)
            resolved.append(
                ResolvedContract(
                    spec, artifact, args, code, addresses[name], self._dependencies[name]
                )
            )
        return resolved

    def _references(self, spec: ContractSpec) -> tuple[str, ...]:
        found: dict[str, None] = {}  # a set that keeps the order

        def note(name: str) -> str:
            if name not in self._specs:
                raise DeploymentInvalid(
                    "{name} refers to {missing}, which is not in the deployment set.",
                    next_step="Add {missing} to the set or mend the name.",
                    name=spec.name,
                    missing=name,
                )
            found[name] = None
            return "0x" + "00" * 20

        self._args(spec, note)
        return tuple(found)

    def _args(self, spec: ContractSpec, reference: Callable[[str], str]) -> list[Any]:
        def parameter(name: str) -> Any:
            if name not in self._params:
                raise DeploymentInvalid(
                    "{name} needs the parameter {missing}, which was not given.",
                    next_step="Give it where the deployment set is made.",
                    name=spec.name,
                    missing=name,
                )
            return self._params[name]

        def value(item: Any) -> Any:
            if isinstance(item, Ref):
                return reference(item.name)
            if isinstance(item, Param):
                return parameter(item.name)
            if isinstance(item, (list, tuple)):
                return [value(part) for part in item]
            return item

        args = spec.args(Resolver(reference, parameter)) if callable(spec.args) else spec.args
        return [value(item) for item in args]
