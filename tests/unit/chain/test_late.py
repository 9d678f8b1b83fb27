"""What is loaded when it is first needed."""

from __future__ import annotations

import subprocess
import sys

TOGETHER = """
import sys, threading
from pocplatform.chain.signer import LocalSigner, typed_data_digest

sys.setswitchinterval(1e-6)
assert not [name for name in sys.modules if name.startswith("eth_account")]
FIELD = {"name": "name", "type": "string"}
DATA = {
    "types": {"EIP712Domain": [FIELD], "Note": [FIELD]},
    "primaryType": "Note", "domain": {"name": "Test"}, "message": {"name": "hello"},
}
acts = (LocalSigner(b"\\x11" * 32).sign_typed_data, typed_data_digest) * 4
start, failed = threading.Barrier(len(acts)), []

def does(act):
    start.wait()
    try:
        act(DATA)
    except Exception as error:
        failed.append(repr(error))

threads = [threading.Thread(target=does, args=(act,)) for act in acts]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit("; ".join(failed) or 0)
"""


def test_first_signatures_and_digests_at_once_load_their_library_whole():
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
