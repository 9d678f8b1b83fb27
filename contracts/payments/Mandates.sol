// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IMandates} from "./IMandates.sol";

/// @title Mandates
/// @notice Recurring pull payments in tEUR: the payer signs a cap for each period, the payee collects.
contract Mandates is IMandates, EIP712 {
    using SafeERC20 for IERC20;

    /// @dev What is recorded of a mandate; one slot.
    struct Record {
        MandateState state;
        uint40 periodIndex;
        uint128 collected;
    }

    bytes32 private constant MANDATE_TYPEHASH = keccak256(
        "Mandate(address payer,address payee,uint128 cap,uint40 startAt,uint40 endAt,uint32 period,uint40 signBy,bytes32 documentHash,uint64 nonce)"
    );
    bytes32 private constant CANCEL_TYPEHASH = keccak256("CancelMandate(bytes32 mandateId,uint256 deadline)");

    /// @notice The token that is collected.
    IERC20 public immutable euro;

    mapping(bytes32 mandateId => Record) private _records;

    /// @param euro_ the token that is collected
    constructor(address euro_) EIP712("Mandates", "1") {
        if (euro_.code.length == 0) revert MandateNoToken(euro_);
        euro = IERC20(euro_);
    }

    /// @inheritdoc IMandates
    function register(Mandate calldata mandate, bytes calldata signature) external {
        if (block.timestamp > mandate.signBy) revert MandateSignatureExpired(mandate.signBy, block.timestamp);
        if (
            mandate.payee == address(0) || mandate.cap == 0 || mandate.period == 0
                || (mandate.endAt != 0 && mandate.endAt < mandate.startAt)
        ) revert MandateInvalid();
        bytes32 mandateId = hashMandate(mandate);
        _checkSignature(mandate.payer, mandateId, signature);
        _expect(mandateId, MandateState.None);
        _records[mandateId].state = MandateState.Active;
        emit MandateRegistered(mandateId, mandate.payer, mandate.payee, mandate.cap, mandate.period);
    }

    /// @inheritdoc IMandates
    function collect(Mandate calldata mandate, uint256 amount) external {
        bytes32 mandateId = hashMandate(mandate);
        Record memory record = _expect(mandateId, MandateState.Active);
        _checkActor(mandate.payee);
        if (!_inTime(mandate)) revert MandateOutOfTime(mandate.startAt, mandate.endAt);
        (uint256 periodIndex, uint256 collected) = _present(mandate, record);
        if (amount == 0 || amount > mandate.cap - collected) {
            revert MandateCapExceeded(mandateId, amount, mandate.cap - collected);
        }
        collected += amount;
        // The sum is at most the cap, which has 128 bits; the index is at most the time, which has 40.
        _records[mandateId] = Record(MandateState.Active, uint40(periodIndex), uint128(collected));
        emit MandateCollected(mandateId, mandate.payer, mandate.payee, amount, periodIndex, collected);
        // The payer has signed this mandate: only then is it active.
        // slither-disable-next-line arbitrary-send-erc20
        euro.safeTransferFrom(mandate.payer, mandate.payee, amount);
    }

    /// @inheritdoc IMandates
    function pause(Mandate calldata mandate) external {
        _checkActor(mandate.payer);
        bytes32 mandateId = hashMandate(mandate);
        _expect(mandateId, MandateState.Active);
        _records[mandateId].state = MandateState.Paused;
        emit MandatePaused(mandateId);
    }

    /// @inheritdoc IMandates
    function resume(Mandate calldata mandate) external {
        _checkActor(mandate.payer);
        bytes32 mandateId = hashMandate(mandate);
        _expect(mandateId, MandateState.Paused);
        _records[mandateId].state = MandateState.Active;
        emit MandateResumed(mandateId);
    }

    /// @inheritdoc IMandates
    function cancel(Mandate calldata mandate) external {
        if (msg.sender != mandate.payee) _checkActor(mandate.payer);
        _cancel(hashMandate(mandate), msg.sender);
    }

    /// @inheritdoc IMandates
    function cancelWithSignature(Mandate calldata mandate, uint256 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert MandateSignatureExpired(deadline, block.timestamp);
        bytes32 mandateId = hashMandate(mandate);
        _checkSignature(mandate.payer, keccak256(abi.encode(CANCEL_TYPEHASH, mandateId, deadline)), signature);
        _cancel(mandateId, mandate.payer);
    }

    /// @inheritdoc IMandates
    function mandateOf(bytes32 mandateId)
        external
        view
        returns (MandateState state, uint256 periodIndex, uint256 collected)
    {
        Record memory record = _records[mandateId];
        return (record.state, record.periodIndex, record.collected);
    }

    /// @inheritdoc IMandates
    function availableOf(Mandate calldata mandate) external view returns (uint256) {
        Record memory record = _records[hashMandate(mandate)];
        if (record.state != MandateState.Active || !_inTime(mandate)) return 0;
        (, uint256 collected) = _present(mandate, record);
        return mandate.cap - collected;
    }

    /// @inheritdoc IMandates
    function hashMandate(Mandate calldata mandate) public pure returns (bytes32) {
        return keccak256(abi.encode(MANDATE_TYPEHASH, mandate));
    }

    function _cancel(bytes32 mandateId, address by) private {
        Record storage record = _records[mandateId];
        if (record.state == MandateState.Cancelled) revert MandateWrongState(mandateId, record.state);
        record.state = MandateState.Cancelled;
        emit MandateCancelled(mandateId, by);
    }

    /// @dev The present period, and what was collected in it.
    function _present(Mandate calldata mandate, Record memory record)
        private
        view
        returns (uint256 periodIndex, uint256 collected)
    {
        periodIndex = (block.timestamp - mandate.startAt) / mandate.period;
        // Numbers of periods are compared, not balances or times.
        // slither-disable-next-line incorrect-equality
        collected = record.periodIndex == periodIndex ? record.collected : 0;
    }

    function _inTime(Mandate calldata mandate) private view returns (bool) {
        return block.timestamp >= mandate.startAt && (mandate.endAt == 0 || block.timestamp <= mandate.endAt);
    }

    function _expect(bytes32 mandateId, MandateState expected) private view returns (Record memory record) {
        record = _records[mandateId];
        if (record.state != expected) revert MandateWrongState(mandateId, record.state);
    }

    function _checkActor(address expected) private view {
        if (msg.sender != expected) revert MandateNotAuthorized(msg.sender, expected);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature)) {
            revert MandateInvalidSignature(signer);
        }
    }
}
