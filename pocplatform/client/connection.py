"""Requests and answers: one implementation over a blocking or an asynchronous transport."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from pocplatform.client import problems
from pocplatform.client.models import Page, Transaction
from pocplatform.client.paths import segment
from pocplatform.client.retry import NOT_SENT, Retry, may_pass, retry_after

T = TypeVar("T", bound=BaseModel)

SERVER_WAIT_S = 30.0
"""The longest that the API waits in one request; the SDK looks again after that."""
_SILENCE_S = 35.0
"""A stream of events says something more often than that, if only that it lives."""
_FIRST_POLL_S = 0.05
_LONGEST_POLL_S = 1.0


@dataclass(frozen=True)
class Connection:
    """Sends requests of one caller.

    Attributes:
        http: An ``httpx.Client`` for blocking use, or an ``httpx.AsyncClient``.
        base_url: The sandbox, without a trailing slash.
        secret_key: Who calls; None for what needs no key.
        language: ``fi`` or ``en``, for every sentence.
        timeout: Seconds for the sandbox to answer, waiting for the chain not included.
        wait: Seconds that writes wait to be recorded, where the call does not say.
        retry: How to try again.
        simulate: How writes are to go wrong on purpose, if at all.
    """

    http: httpx.Client | httpx.AsyncClient
    base_url: str
    secret_key: str | None = field(repr=False)
    language: str
    timeout: float
    wait: float
    retry: Retry
    simulate: str | None = None

    @property
    def blocking(self) -> bool:
        """Whether operations give their result rather than something to await."""
        return isinstance(self.http, httpx.Client)

    async def read(
        self,
        path: str,
        model: type[T],
        *,
        params: Mapping[str, Any] | None = None,
        accept: str = "application/json",
        also: tuple[int, ...] = (),
    ) -> T:
        """GET one thing; the statuses in ``also`` bring it too."""
        response = await self._send(
            "GET", path, params=dict(params or {}), headers={"Accept": accept}, also=also
        )
        return self._parsed(response, model)

    async def text(self, path: str, params: Mapping[str, Any]) -> str:
        """GET something that is no JSON, as text."""
        response = await self._send("GET", path, params=dict(params), headers={"Accept": "*/*"})
        return response.text

    async def pages(
        self,
        path: str,
        item: type[T],
        page_size: int,
        filters: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[T]:
        """All things of a list, newest first, fetched page by page as they are needed."""
        page_of: type[Page[T]] = Page[item]  # type: ignore[valid-type]
        query: dict[str, Any] = {**(filters or {}), "limit": page_size}
        while True:
            page = self._parsed(await self._send("GET", path, params=query), page_of)
            for thing in page.data:
                yield thing
            if not page.has_more or not page.data:
                return
            query["starting_after"] = getattr(page.data[-1], "id")  # noqa: B009

    async def write(
        self,
        path: str,
        body: dict[str, Any],
        model: type[T],
        *,
        key: str | None = None,
        wait: float | None = None,
        repeatable: bool = True,
        keep_none: bool = False,
        patience: float = 0.0,
    ) -> T:
        """POST, and wait until the chain has it.

        Args:
            path: Where to.
            body: Fields; those that are None are left out, unless ``keep_none``.
            model: What the answer is.
            key: The idempotency key; without it, a fresh one.
            wait: Seconds to wait for the chain; 0 gives the answer as accepted.
            repeatable: Whether a request whose answer got lost may be sent again.
            keep_none: Whether None is sent as null.
            patience: Seconds that the sandbox may take for the work itself, beside ``timeout``.

        Raises :class:`~pocplatform.client.problems.ContractReverted` if the contract refuses, and
        :class:`~pocplatform.client.problems.StillPending` if it is not recorded in time.
        """
        response = await self._written(
            "POST",
            path,
            {name: value for name, value in body.items() if keep_none or value is not None},
            key=key,
            wait=wait,
            patience=patience,
            repeatable=repeatable,
        )
        return self._parsed(response, model)

    async def exchange(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        key: str | None = None,
        wait: float | None = None,
    ) -> Any:
        """Any request; the JSON of its answer. Writes wait, and raise, as :meth:`write` does."""
        if method == "GET":
            return self._json(await self._send("GET", path, params=dict(params or {})))
        # Whether its answer holds a secret is not known here; under one key it is done once.
        return self._json(
            await self._written(method, path, body, params=params, key=key, wait=wait)
        )

    async def _written(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        params: Mapping[str, Any] | None = None,
        key: str | None,
        wait: float | None,
        patience: float = 0.0,
        repeatable: bool = True,
    ) -> httpx.Response:
        """What a write is answered, as soon as the chain has it."""
        budget = self.wait if wait is None else wait
        deadline = time.monotonic() + budget
        seconds = min(budget, SERVER_WAIT_S)
        response = await self._send(
            method,
            path,
            params={**(params or {}), "wait": f"{seconds:g}" if budget > 0 else None},
            body=body,
            headers={"Idempotency-Key": key or str(uuid4())},
            patience=max(patience, seconds),
            repeatable=repeatable,
        )
        if response.status_code != httpx.codes.ACCEPTED or budget <= 0:
            return response
        # Not mined within one request, or a repeated request got the first answer again.
        for pending in _pending(self._json(response)):
            await self.settled(pending, deadline, budget)
        location = response.headers.get("location")
        if not location:
            return response
        return await self._send("GET", httpx.URL(location).raw_path.decode())

    async def post_once(
        self, path: str, body: dict[str, Any], model: type[T], *, key: str, wait: int
    ) -> T:
        """POST, and take the answer as it comes, without waiting beyond it."""
        response = await self._send(
            "POST",
            path,
            params={"wait": str(wait)} if wait else None,
            body=body,
            headers={"Idempotency-Key": key},
            patience=wait,
        )
        return self._parsed(response, model)

    async def ask_node(self, method: str, parameters: Sequence[Any]) -> Any:
        """The result of a method of the node's JSON-RPC that reads; so it may be sent again."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        response = await self._send("POST", "/rpc", body=call)
        answer = self._json(response)
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise problems.NodeRefused(method, answer["error"], self.language)
        if not isinstance(answer, dict) or "result" not in answer:
            raise problems.unexpected(response, self.language)
        return answer["result"]

    async def post_form(self, path: str, fields: Mapping[str, str]) -> Any:
        """POST a form, as wallets do; never tried again, since a code serves once."""
        return await self._of_wallet(path, data=dict(fields))

    async def post_as(self, token: str, path: str, body: Any) -> Any:
        """POST JSON with an access token of a wallet's."""
        headers = {"Authorization": f"Bearer {token}"}
        return await self._of_wallet(path, json=body, headers=headers)

    async def _of_wallet(self, path: str, **content: Any) -> Any:
        timeout = httpx.Timeout(self.timeout, read=self.timeout + SERVER_WAIT_S)
        url = self.base_url + path
        try:
            response = await self._once(
                self.http.build_request("POST", url, timeout=timeout, **content)
            )
        except httpx.TransportError as failure:
            raise problems.unreachable(failure, self.base_url, self.language) from failure
        answer = self._json(response)
        if response.is_success:
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("error"), str):
            raise problems.WalletRefused(answer.get("error_description", ""), code=answer["error"])
        raise self._failure(response)

    async def download(self, path: str, *, params: dict[str, Any] | None = None) -> bytes:
        """GET a file."""
        return (await self._send("GET", path, params=params, headers={"Accept": "*/*"})).content

    async def delete(self, path: str, model: type[T]) -> T:
        """DELETE one thing."""
        return self._parsed(await self._send("DELETE", path), model)

    async def messages(
        self, path: str, query: dict[str, Any], last_event_id: str | None
    ) -> AsyncIterator[str]:
        """The data of server-sent events, one after another; a broken stream is taken up again.

        Raises as :meth:`read` does, if the sandbox does not answer for as long as ``retry`` says.
        """
        tries, since = 0, time.monotonic()
        while True:
            failure: problems.SandboxError | None = None
            cause: httpx.TransportError | None = None
            headers = {"Accept": "text/event-stream"}
            if last_event_id is not None:
                headers["Last-Event-ID"] = last_event_id
            request = self._request("GET", path, query, None, headers, _SILENCE_S)
            try:
                async with contextlib.aclosing(self._events(request)) as events:
                    async for id_, data in events:
                        tries, since = 0, time.monotonic()
                        if data:
                            last_event_id = id_ or last_event_id
                            yield data
                since = time.monotonic()  # it has ended in order: the sandbox stops, perhaps
            except httpx.TransportError as broken:
                failure = problems.unreachable(broken, self.base_url, self.language)
                cause = broken
            except problems.Problem as problem:
                if not may_pass(problem.status, problem.code):
                    raise
                failure = problem
            tries += 1
            delay = self.retry.delay(tries)
            if failure is not None and time.monotonic() + delay > since + self.retry.seconds:
                raise failure from cause
            await self._sleep(delay)

    async def _events(self, request: httpx.Request) -> AsyncGenerator[tuple[str, str], None]:
        """Id and data of each server-sent event; both are empty for a sign of life."""
        async with contextlib.aclosing(self._lines(request)) as lines:
            id_, data = "", ""
            async for line in lines:
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line:
                    yield id_, data
                    id_, data = "", ""
                elif name == "id":
                    id_ = value
                elif name == "data":
                    data = f"{data}\n{value}" if data else value
                elif not name:
                    yield "", ""

    async def _lines(self, request: httpx.Request) -> AsyncGenerator[str, None]:
        """The lines of an answer as they come, after an empty one. Raises for a failure."""
        if isinstance(self.http, httpx.Client):
            response = self.http.send(request, follow_redirects=False, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    raise self._failure(response)
                yield ":"
                for line in response.iter_lines():
                    yield line
            finally:
                response.close()
        else:
            response = await self.http.send(request, follow_redirects=False, stream=True)
            try:
                if not response.is_success:
                    await response.aread()
                    raise self._failure(response)
                yield ":"
                async for line in response.aiter_lines():
                    yield line
            finally:
                await response.aclose()

    async def settled(self, transaction: str, deadline: float, seconds: float) -> Transaction:
        """A transaction once it is on the chain; ``deadline`` is a ``time.monotonic`` moment.

        Raises as :meth:`write` does.
        """
        delay = _FIRST_POLL_S
        while True:
            found = await self.read(f"/v1/transactions/{segment(transaction)}", Transaction)
            if found.failed:
                raise problems.of_transaction(found.id, found.error, self.language)
            if found.settled:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise problems.StillPending(transaction, seconds, self.language)
            await self._sleep(min(delay, left))
            delay = min(delay * 1.5, _LONGEST_POLL_S)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        patience: float = 0.0,
        repeatable: bool = True,
        also: tuple[int, ...] = (),
    ) -> httpx.Response:
        """An answer that is no failure, tried for as long as the policy says."""
        began = time.monotonic()
        tries = 0
        while True:
            tries += 1
            request = self._request(method, path, params, body, headers, patience)
            error: problems.SandboxError
            cause: httpx.TransportError | None = None
            asked_delay = None
            try:
                response = await self._once(request)
            except httpx.TransportError as failure:
                error = problems.unreachable(failure, self.base_url, self.language)
                cause = failure
                again = repeatable or isinstance(failure, NOT_SENT)
            else:
                if response.is_success or response.status_code in also:
                    return response
                error = self._failure(response)
                again = may_pass(response.status_code, error.code)
                asked_delay = retry_after(response)
            delay = self.retry.delay(tries)
            if asked_delay is not None:
                # Jitter on top, so that not everybody comes back at the same moment.
                delay += asked_delay
            if not again or time.monotonic() + delay > began + self.retry.seconds:
                raise error from cause
            await self._sleep(delay)

    def _request(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None,
        body: dict[str, Any] | None,
        headers: dict[str, str] | None,
        patience: float,
    ) -> httpx.Request:
        sent = {"Accept": "application/json", "Accept-Language": self.language, **(headers or {})}
        if self.secret_key is not None:
            sent["Authorization"] = f"Bearer {self.secret_key}"
        if self.simulate is not None and method == "POST":
            sent["Simulate"] = self.simulate
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self.http.build_request(
            method,
            self.base_url + path,
            params=given or None,
            json=body,
            headers=sent,
            timeout=httpx.Timeout(self.timeout, read=self.timeout + patience),
        )

    async def _once(self, request: httpx.Request) -> httpx.Response:
        # A redirect would carry the secret key elsewhere; it is an unexpected answer instead.
        if isinstance(self.http, httpx.Client):
            return self.http.send(request, follow_redirects=False)
        return await self.http.send(request, follow_redirects=False)

    async def _sleep(self, seconds: float) -> None:
        if self.blocking:
            time.sleep(seconds)
        else:
            await asyncio.sleep(seconds)

    def _failure(self, response: httpx.Response) -> problems.SandboxError:
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or "code" not in body:
            return problems.unexpected(response, self.language)
        return problems.problem(body, response.status_code, retry_after=retry_after(response))

    def _json(self, response: httpx.Response) -> Any:
        try:
            return json.loads(response.content)
        except ValueError:
            raise problems.unexpected(response, self.language) from None

    def _parsed(self, response: httpx.Response, model: type[T]) -> T:
        try:
            return model.model_validate(self._json(response))
        except ValidationError as mismatch:
            first = mismatch.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            why = f"{model.__name__}.{where}: {first['msg']}"
            raise problems.unexpected(response, self.language, why) from mismatch


def _pending(body: Any) -> list[str]:
    """Ids of the transactions in an answer that were not settled when it was given."""
    if not isinstance(body, dict):
        return []
    several = body.get("transactions")
    itself = body if body.get("object") == "transaction" else None
    found = [itself, body.get("transaction"), *(several if isinstance(several, list) else [])]
    known = [Transaction.model_validate(one) for one in found if isinstance(one, dict)]
    return [one.id for one in known if not one.settled and not one.failed]
