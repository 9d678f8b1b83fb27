"""A contract on the sandbox's chain with ape: deployed, called, and its event read.

    pocplatform ape-config --write
    ape run ape_example --network ethereum:pocplatform:node

Where the network's address has a key in it (`ape-config --write --key …`), the wallet that the
sandbox keeps for that key acts, and its transactions stand in GET /v1/transactions. Without one, an
account of ape's own signs. Gas is free.
"""

from ape import Project, accounts, networks
from ape.api.accounts import ImpersonatedAccount

SOURCE = """
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Whoever came by, and what they said.
contract Guestbook {
    event Signed(address indexed guest, uint256 number, string words);

    uint256 public guests;

    function sign(string calldata words) external {
        guests++;
        emit Signed(msg.sender, guests, words);
    }
}
"""


def main() -> None:
    """Run it."""
    provider = networks.provider
    kept = provider.web3.eth.accounts
    guest = ImpersonatedAccount(raw_address=kept[0]) if kept else accounts.test_accounts[0]
    with Project.create_temporary_project() as project:
        project.path.joinpath("contracts").mkdir()
        project.path.joinpath("contracts", "Guestbook.sol").write_text(SOURCE, encoding="utf-8")
        project.load_contracts()
        guestbook = guest.deploy(project.Guestbook)
        receipt = guestbook.sign("Terveisiä Oulusta", sender=guest)
        (signed,) = receipt.decode_logs(guestbook.Signed)
        print(f"{provider.client_version} at block {receipt.block_number}")
        print(f"{guestbook.address} has {guestbook.guests()} guest: {signed.guest}")
        print(f"{signed.number}: {signed.words}")
