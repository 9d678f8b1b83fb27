"""What a node's error after ``eth_sendRawTransaction`` means for the transaction that was offered.

Nodes give nearly all of these errors the same few codes, so they are told apart by their words, as
anvil 1.7, geth 1.16 and Besu 25 say them. What is in no line of the table is taken to pass.
"""

from enum import StrEnum
from typing import NamedTuple

from pocplatform.chain.errors import RpcError


class Reaction(StrEnum):
    """What the sender does about an error."""

    KNOWN = "known"
    """The node says that it has the transaction: nothing to do but to see whether it is so."""
    WAIT = "wait"
    """It may be taken later as it is: it stays signed and is offered again."""
    REQUEUE = "requeue"
    """Its nonce is used up: if by another transaction, the write gets a new one."""
    FUND = "fund"
    """Its account cannot pay for it: the gas tank tops the account up, or it is refused."""
    BUMP = "bump"
    """It offers too little for its gas: it is signed again with more, where the network has fees,
    and else waits, such as behind somebody's own transaction of the same nonce."""
    REFUSE = "refuse"
    """It will never be taken as it is: the write is refused and its nonce given back or filled."""


class Line(NamedTuple):
    """A line of the table: words (small letters) that the message contains, and the reaction."""

    words: str
    reaction: Reaction


TABLE = (
    # The node has it.
    Line("unknown transaction type", Reaction.REFUSE),  # anvil; the words two lines on are in it
    Line("already known", Reaction.KNOWN),  # geth
    Line("known transaction", Reaction.KNOWN),  # Besu; older geth
    Line("already imported", Reaction.KNOWN),  # anvil
    # Its nonce.
    Line("nonce too low", Reaction.REQUEUE),
    Line("nonce too high", Reaction.WAIT),
    Line("gapped-nonce", Reaction.WAIT),  # geth, of delegated accounts
    Line("nonce is too distant", Reaction.WAIT),  # Besu
    Line("invalid transaction with a lower nonce", Reaction.WAIT),  # Besu
    Line("future transaction tries to replace pending", Reaction.WAIT),  # geth
    Line("cyclic transaction", Reaction.WAIT),  # anvil
    Line("nonce has max value", Reaction.REFUSE),
    # Its account's ether.
    Line("insufficient funds", Reaction.FUND),  # anvil, geth
    Line("upfront cost exceeds account balance", Reaction.FUND),  # Besu
    # Its fee.
    Line("underpriced", Reaction.BUMP),
    Line("less than block base fee", Reaction.BUMP),  # anvil, geth
    Line("gas price below", Reaction.BUMP),  # Besu's and geth's minimum, Besu's base fee
    Line("exceeds the configured cap", Reaction.REFUSE),  # geth: --rpc.txfeecap
    Line("transaction fee cap exceeded", Reaction.REFUSE),  # Besu: --rpc-tx-feecap
    Line("max priority fee per gas higher than", Reaction.REFUSE),  # anvil, geth
    Line("max priority fee per gas exceeds", Reaction.REFUSE),  # Besu
    Line("max fee per gas higher than", Reaction.REFUSE),  # geth: beyond 256 bits
    # Its gas limit and size.
    Line("exceeds block gas limit", Reaction.REFUSE),  # geth, Besu
    Line("greater than the block gas limit", Reaction.REFUSE),  # anvil: the cap of EIP-7825
    Line("gas limit too high", Reaction.REFUSE),  # geth: the cap of EIP-7825
    Line("exceeds max transaction gas limit", Reaction.REFUSE),  # reth: the same cap
    Line("intrinsic gas", Reaction.REFUSE),  # anvil's "too high", all others' "too low"
    Line("floor data gas", Reaction.REFUSE),  # geth: EIP-7623
    Line("gas uint64 overflow", Reaction.REFUSE),
    Line("initcode size exceeded", Reaction.REFUSE),
    Line("oversized data", Reaction.REFUSE),  # geth: 128 KiB
    # Its form and signature.
    Line("invalid sender", Reaction.REFUSE),  # geth; the chain id's words may follow
    Line("invalid signature", Reaction.REFUSE),  # Besu
    Line("invalid chain id", Reaction.REFUSE),  # anvil
    Line("wrong chainid", Reaction.REFUSE),  # Besu
    Line("chainid is required", Reaction.REFUSE),  # Besu: EIP-155
    Line("chainid not supported", Reaction.REFUSE),  # Besu before EIP-155
    Line("incompatible eip-155", Reaction.REFUSE),  # anvil
    Line("only replay-protected", Reaction.REFUSE),  # geth: EIP-155
    Line("transaction type", Reaction.REFUSE),  # geth "not supported", Besu "invalid"
    Line("not supported by the current hardfork", Reaction.REFUSE),  # anvil
    Line("negative value", Reaction.REFUSE),
    Line("failed to decode", Reaction.REFUSE),  # anvil
    Line("empty transaction data", Reaction.REFUSE),  # anvil
    Line("rlp:", Reaction.REFUSE),  # geth
    Line("typed transaction too short", Reaction.REFUSE),  # geth
    Line("invalid transaction params", Reaction.REFUSE),  # Besu
    # Who may send.
    Line("sender not an eoa", Reaction.REFUSE),
    Line("not authorized to send transactions", Reaction.REFUSE),  # Besu: permissioning
    Line("plugin has marked the transaction as invalid", Reaction.REFUSE),  # Besu
    # The node itself.
    Line("txpool is full", Reaction.WAIT),  # geth
    Line("account limit exceeded", Reaction.WAIT),  # geth
    Line("in-flight transaction limit", Reaction.WAIT),  # geth, of delegated accounts
    Line("already reserved", Reaction.WAIT),  # geth
    Line("transaction pool not enabled", Reaction.WAIT),  # Besu before it is in sync
    Line("sync is still in progress", Reaction.WAIT),  # Besu
    Line("exceeds max batch size", Reaction.WAIT),  # Besu
    Line("batch too large", Reaction.WAIT),  # geth
    Line("timed out", Reaction.WAIT),  # geth
    Line("timeout", Reaction.WAIT),  # anvil, Besu
    Line("internal error", Reaction.WAIT),
    Line("method handler crashed", Reaction.WAIT),  # geth
)
"""Of the lines that fit a message, the first counts."""


def reaction_to(error: RpcError) -> Reaction:
    """What the sender does about an error of ``eth_sendRawTransaction``."""
    message = error.message.lower()
    found = (line.reaction for line in TABLE if line.words in message)
    return next(found, Reaction.WAIT)
