"""Every operation is written once, as a coroutine, and serves blocking and asynchronous callers.

A :class:`Resource` is marked with its mode. On a ``Resource[Async]`` an operation gives its
coroutine; on a ``Resource[Sync]`` the coroutine is run to its end on the spot, which is possible
without an event loop because the blocking connection never suspends.
"""

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

if TYPE_CHECKING:
    from pocplatform.client.connection import Connection

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M")


class Sync:
    """Marks resources whose operations block and give their results."""


class Async:
    """Marks resources whose operations are awaited."""


class Resource(Generic[M]):
    """A group of operations of the API.

    Args:
        connection: Sends the requests; it decides the mode at run time.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError("a blocking operation tried to suspend")


class Operation(Generic[P, T]):
    """A method that gives one result; made by :func:`operation`."""

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: Any) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, instance: Resource[Async], owner: Any
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: Any) -> Any:
        """The method as the mode of its resource has it."""
        if instance is None:
            return self
        bound = self._function.__get__(instance)
        if not instance._connection.blocking:
            return bound

        @functools.wraps(bound)
        def blocking(*args: P.args, **kwargs: P.kwargs) -> T:
            result: T = finish(bound(*args, **kwargs))
            return result

        return blocking


class Listing(Generic[P, T]):
    """A method that gives results one after another; made by :func:`listing`."""

    def __init__(self, function: Callable[Concatenate[Any, P], AsyncIterator[T]]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: Any) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: Any) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: Any) -> Any:
        """The method as the mode of its resource has it."""
        if instance is None:
            return self
        bound = self._function.__get__(instance)
        if not instance._connection.blocking:
            return bound

        @functools.wraps(bound)
        def blocking(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
            items = bound(*args, **kwargs)
            try:
                while True:
                    try:
                        yield finish(_next(items))
                    except StopAsyncIteration:
                        return
            finally:
                # Whoever stops asking before the end lets go of the connection too.
                finish(items.aclose())

        return blocking


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


def operation(
    function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Operation[P, T]:
    """Make a coroutine method of a resource an operation in both modes."""
    return Operation(function)


def listing(function: Callable[Concatenate[Any, P], AsyncIterator[T]]) -> Listing[P, T]:
    """Make an asynchronous generator method of a resource an iterator in both modes."""
    return Listing(function)
