"""Recordings written as programs."""

import json
from typing import Literal

from sqlmodel import Session

from pocplatform.domains.recordings import repository
from pocplatform.domains.recordings.errors import RecordingEmpty
from pocplatform.domains.recordings.export.building import told
from pocplatform.domains.recordings.export.python import python_script, python_test
from pocplatform.domains.recordings.export.shell import shell_script
from pocplatform.domains.recordings.models import Recording
from pocplatform.kit.clock import iso


def export(
    session: Session,
    recording: Recording,
    chain_id: int,
    form: Literal["python", "pytest", "curl", "json"],
) -> str:
    """A recording as a program, or as what it is. Raises :class:`RecordingEmpty`."""
    if form == "json":
        return _document(session, recording)
    story = told(session, recording, chain_id)
    if not any(call.recorded for call in story.calls):
        raise RecordingEmpty(
            "There is nothing in the recording {id} that could be done again.",
            next_step="Start one, do something with a key of your organization, and stop it.",
            id=recording.id,
        )
    if form == "curl":
        return shell_script(story)
    return python_test(story) if form == "pytest" else python_script(story)


def _document(session: Session, recording: Recording) -> str:
    steps = [
        {
            "at": iso(step.began_ns // 1_000_000),
            "organization": step.org_id,
            "method": step.method,
            "path": step.path,
            "query": step.query,
            "body": step.body,
            "status": step.status,
            "code": step.code,
            "answer": step.answer,
            "erased": step.erased,
        }
        for step in repository.steps(session, recording.id)
    ]
    document = {
        "object": "recording_export", "id": recording.id, "name": recording.name, "steps": steps,
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
