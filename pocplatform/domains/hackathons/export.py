"""All that teams have made, as a zip file: what is theirs, and nothing of others."""

import contextlib
import json
import re
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from pydantic import BaseModel
from sqlmodel import Session, col, or_, select

from pocplatform.domains.agreements import repository as agreements
from pocplatform.domains.agreements.models import Agreement, AgreementParty
from pocplatform.domains.contracts import repository as contracts
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.hackathons import repository, service
from pocplatform.domains.hackathons.archive import Archive
from pocplatform.domains.hackathons.models import Team
from pocplatform.domains.hackathons.resetting import DETACHED_FROM
from pocplatform.domains.network.service import read_event
from pocplatform.domains.organizations.repository import addresses_of
from pocplatform.domains.recordings import service as recordings
from pocplatform.domains.recordings.export import export as recording_export
from pocplatform.domains.recordings.models import Recording, RequestEntry
from pocplatform.domains.transactions import service as transactions
from pocplatform.events.log import following
from pocplatform.kit.clock import iso, now_ms
from pocplatform.outbox.models import Transaction

_IN_MEMORY = 8_000_000
_AT_ONCE = 500
_UNSAFE = re.compile(r"[^\w.-]+")


def export(
    session: Session, hackathon_id: str, team_ids: Iterable[str], chain_id: int
) -> IO[bytes]:
    """The file, at its beginning; who gets it closes it. Raises :class:`NotFound`.

    A folder for each team with its requests, transactions, contracts (with the sources of those
    that were compiled here), agreements, events and recordings, also of the time before a reset;
    and ``manifest.json`` with what there is.
    """
    hackathon = service.get(session, hackathon_id)
    wanted = set(team_ids)
    rows = repository.all_teams(session, hackathon_id)
    made: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with contextlib.closing(Archive(made)) as archive:
        listed = []
        for team in rows:
            if team.id in wanted:
                folder = archive.free(f"{_file_name(team.name)}-{team.id[-6:]}")
                counts = _Folder(session, archive, folder, team, chain_id).write()
                listed.append({"folder": folder, "team": team.id, "name": team.name, **counts})
        manifest = {
            "object": "hackathon_export",
            "hackathon": service.read(session, hackathon).model_dump(),
            "teams": listed,
            "at": iso(now_ms()),
        }
        archive.put("manifest.json", manifest)
    made.seek(0)
    return made


class _Folder:
    """The folder of one team."""

    def __init__(
        self, session: Session, archive: Archive, folder: str, team: Team, chain_id: int
    ) -> None:
        self._session = session
        self._archive = archive
        self._folder = folder
        self._team = team
        self._chain_id = chain_id
        self._addresses = addresses_of(session, team.org_id)

    def write(self) -> dict[str, int]:
        self._put("team.json", service.read_team(self._team, self._chain_id))
        requests = self._session.exec(
            recordings.requests_of(self._team.org_id).order_by(col(RequestEntry.seq))
        ).all()
        shown = [
            found
            for at in range(0, len(requests), _AT_ONCE)
            for found in recordings.read_requests(self._session, requests[at : at + _AT_ONCE])
        ]
        self._put("requests.json", shown)
        sent = self._session.exec(
            select(Transaction)
            .where(Transaction.org_id == self._team.org_id)
            .order_by(col(Transaction.seq))
        ).all()
        self._put("transactions.json", [transactions.read(row) for row in sent])
        return {
            "requests": len(shown),
            "transactions": len(sent),
            "contracts": self._contracts(),
            "agreements": self._agreements(),
            "events": self._events(),
            "recordings": self._recordings(),
        }

    def _contracts(self) -> int:
        detached = col(Contract.metadata_)[DETACHED_FROM].as_string() == self._team.id
        statement = select(Contract).where(or_(col(Contract.org_id) == self._team.org_id, detached))
        rows = self._session.exec(statement.order_by(col(Contract.seq))).all()
        for row in rows:
            place = self._free(f"contracts/{_file_name(row.name)}-{row.id[-6:]}")
            deployment = (
                contracts.transaction(self._session, row.transaction_id)
                if row.transaction_id is not None
                else None
            )
            about = {
                "id": row.id,
                "name": row.name,
                "origin": row.origin,
                "address": contracts.address_of(row, deployment),
                "detached": row.org_id is None,
                "arguments": row.arguments,
                "libraries": row.libraries,
                "abi": row.abi,
                "created": iso(row.created_ms),
            }
            output = (
                contracts.output_of(self._session, row.compilation_id)
                if row.compilation_id is not None
                else None
            )
            sources = json.loads(output.document)["sources"] if output is not None else {}
            at = {
                name: self._write(f"{place}/sources/{_path(name)}", text)
                for name, text in sources.items()
            }
            self._put(f"{place}/contract.json", {**about, "sources": at})
        return len(rows)

    def _agreements(self) -> int:
        own = select(AgreementParty.agreement_id).where(
            col(AgreementParty.address).in_(self._addresses)
        )
        rows = self._session.exec(
            select(Agreement).where(col(Agreement.id).in_(own)).order_by(col(Agreement.seq))
        ).all()
        told = []
        for row in rows:
            state = agreements.state_of(self._session, row.agreement_hash)
            reached = agreements.milestones_of(self._session, row.agreement_hash)
            told.append(
                {
                    "id": row.id,
                    "title": row.title,
                    "agreement_hash": row.agreement_hash,
                    "state": state.state if state is not None else "draft",
                    "milestones": [
                        {
                            "title": title,
                            "state": reached[index].state if index in reached else "pending",
                        }
                        for index, title in enumerate(row.milestone_titles)
                    ],
                    "terms": row.terms,
                    "document": row.document,
                    "salt": row.salt,
                    "created": iso(row.created_ms),
                }
            )
        self._put("agreements.json", told)
        return len(told)

    def _events(self) -> int:
        told: list[BaseModel] = []
        after = 0
        while rows := following(self._session, self._addresses, after, ["*"], _AT_ONCE):
            told += [read_event(row) for row in rows]
            after = rows[-1].seq or 0
        self._put("events.json", told)
        return len(told)

    def _recordings(self) -> int:
        rows = self._session.exec(
            recordings.recordings_of(self._team.org_id).order_by(col(Recording.seq))
        ).all()
        written = 0
        for row in rows:
            parts = recordings.read(self._session, row).organizations
            if any(one.part in ("joined", "left") for one in parts if one.id != row.org_id):
                continue  # what others have done is theirs
            text = recording_export(self._session, row, self._chain_id, "json")
            self._write(f"recordings/{_file_name(row.name)}-{row.id[-6:]}.json", text)
            written += 1
        return written

    def _put(self, name: str, content: Any) -> None:
        self._archive.put(f"{self._folder}/{name}", content)

    def _free(self, name: str) -> str:
        return self._within(self._archive.free(f"{self._folder}/{name}"))

    def _write(self, name: str, text: str) -> str:
        """Write a text; its path within the team's folder."""
        return self._within(self._archive.write(f"{self._folder}/{name}", text))

    def _within(self, path: str) -> str:
        return path.removeprefix(f"{self._folder}/")


def _file_name(name: str) -> str:
    return _UNSAFE.sub("-", name).strip(".-")[:60] or "team"


def _path(name: str) -> str:
    """The path of a source within the file, which nothing leads out of its folder."""
    parts = [_file_name(part) for part in name.split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "source.sol"
