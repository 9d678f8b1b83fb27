// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {CreditorReference} from "./CreditorReference.sol";
import {IInvoices} from "./IInvoices.sol";
import {IPilotEuro} from "./IPilotEuro.sol";

/// @title Invoices
/// @notice Payment requests in tEUR, signed by their payee off the chain and paid here.
contract Invoices is IInvoices, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev What is recorded of an invoice that is paid in part or in whole, or cancelled; one slot.
    struct Record {
        address payer;
        uint88 paid;
        InvoiceState state;
    }

    bytes32 private constant INVOICE_TYPEHASH = keccak256(
        "Invoice(address payee,address payer,uint88 amount,uint40 dueAt,uint40 payableUntil,bool partialAllowed,bytes32 rfReference,bytes32 documentHash,uint64 nonce)"
    );
    bytes32 private constant CANCEL_TYPEHASH = keccak256("CancelInvoice(bytes32 invoiceId,uint256 deadline)");

    /// @notice The token in which invoices are paid.
    IERC20 public immutable euro;

    mapping(bytes32 invoiceId => Record) private _records;
    mapping(bytes32 invoiceId => uint256) private _refunded;

    /// @param euro_ the token in which invoices are paid
    constructor(address euro_) EIP712("Invoices", "1") {
        if (euro_.code.length == 0) revert InvoiceNoToken(euro_);
        euro = IERC20(euro_);
    }

    /// @inheritdoc IInvoices
    function pay(Invoice calldata invoice, bytes calldata signature, uint256 amount) external nonReentrant {
        _record(invoice, signature, amount, msg.sender);
        euro.safeTransferFrom(msg.sender, invoice.payee, amount);
    }

    /// @inheritdoc IInvoices
    function payWithPermit(
        Invoice calldata invoice,
        bytes calldata signature,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        _record(invoice, signature, amount, msg.sender);
        // A permit that somebody else has sent before is no failure: then the allowance is there already.
        try IERC20Permit(address(euro)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        euro.safeTransferFrom(msg.sender, invoice.payee, amount);
    }

    /// @inheritdoc IInvoices
    function payWithAuthorization(
        Invoice calldata invoice,
        bytes calldata signature,
        uint256 amount,
        address from,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata authorization
    ) external nonReentrant {
        bytes32 nonce = paymentNonce(_record(invoice, signature, amount, from), amount, salt);
        IPilotEuro(address(euro)).receiveWithAuthorization(
            from, address(this), amount, 0, validBefore, nonce, authorization
        );
        euro.safeTransfer(invoice.payee, amount);
    }

    /// @inheritdoc IInvoices
    function cancel(Invoice calldata invoice) external {
        if (msg.sender != invoice.payee) revert InvoiceNotPayee(msg.sender, invoice.payee);
        _cancel(hashInvoice(invoice), invoice.payee);
    }

    /// @inheritdoc IInvoices
    function cancelWithSignature(Invoice calldata invoice, uint256 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert InvoiceSignatureExpired(deadline, block.timestamp);
        bytes32 invoiceId = hashInvoice(invoice);
        _checkSignature(invoice.payee, keccak256(abi.encode(CANCEL_TYPEHASH, invoiceId, deadline)), signature);
        _cancel(invoiceId, invoice.payee);
    }

    /// @inheritdoc IInvoices
    function refund(Invoice calldata invoice, uint256 amount) external nonReentrant {
        if (msg.sender != invoice.payee) revert InvoiceNotPayee(msg.sender, invoice.payee);
        bytes32 invoiceId = hashInvoice(invoice);
        Record memory record = _records[invoiceId];
        uint256 refunded = _refunded[invoiceId];
        if (amount == 0 || amount > record.paid - refunded) {
            revert InvoiceRefundTooHigh(invoiceId, amount, record.paid - refunded);
        }
        _refunded[invoiceId] = refunded + amount;
        emit InvoiceRefunded(invoiceId, record.payer, msg.sender, amount, refunded + amount);
        euro.safeTransferFrom(msg.sender, record.payer, amount);
    }

    /// @inheritdoc IInvoices
    function invoiceOf(bytes32 invoiceId)
        external
        view
        returns (InvoiceState state, address payer, uint256 paid, uint256 refunded)
    {
        Record memory record = _records[invoiceId];
        return (record.state, record.payer, record.paid, _refunded[invoiceId]);
    }

    /// @inheritdoc IInvoices
    function isValidReference(bytes32 rfReference) external pure returns (bool) {
        return CreditorReference.isValid(rfReference);
    }

    /// @inheritdoc IInvoices
    function hashInvoice(Invoice calldata invoice) public pure returns (bytes32) {
        return keccak256(abi.encode(INVOICE_TYPEHASH, invoice));
    }

    /// @inheritdoc IInvoices
    function paymentNonce(bytes32 invoiceId, uint256 amount, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(invoiceId, amount, salt));
    }

    /// @dev Records a payment that is made right after; returns the invoice's id.
    function _record(Invoice calldata invoice, bytes calldata signature, uint256 amount, address payer)
        private
        returns (bytes32 invoiceId)
    {
        invoiceId = hashInvoice(invoice);
        Record memory record = _records[invoiceId];
        if (record.state > InvoiceState.PartlyPaid) revert InvoiceWrongState(invoiceId, record.state);
        if (record.state == InvoiceState.Open) _checkNew(invoice, invoiceId, signature);
        if (invoice.payableUntil != 0 && block.timestamp > invoice.payableUntil) {
            revert InvoiceNoLongerPayable(invoiceId, invoice.payableUntil);
        }
        address expected = record.payer == address(0) ? invoice.payer : record.payer;
        if (expected != address(0) && expected != payer) revert InvoiceWrongPayer(invoiceId, expected, payer);
        uint256 outstanding = invoice.amount - record.paid;
        if (amount == 0 || amount > outstanding || (amount < outstanding && !invoice.partialAllowed)) {
            revert InvoiceWrongAmount(invoiceId, amount, outstanding);
        }
        outstanding -= amount;
        InvoiceState state = outstanding == 0 ? InvoiceState.Paid : InvoiceState.PartlyPaid;
        // The sum is at most the invoice's amount, which has 88 bits.
        _records[invoiceId] = Record(payer, uint88(record.paid + amount), state);
        emit InvoicePaid(invoiceId, payer, invoice.payee, amount, outstanding, invoice.rfReference);
    }

    function _cancel(bytes32 invoiceId, address payee) private {
        Record storage record = _records[invoiceId];
        if (record.state > InvoiceState.PartlyPaid) revert InvoiceWrongState(invoiceId, record.state);
        record.state = InvoiceState.Cancelled;
        emit InvoiceCancelled(invoiceId, payee);
    }

    /// @dev The first payment shows that the payee has asked for it, and asks for something that can be paid.
    function _checkNew(Invoice calldata invoice, bytes32 invoiceId, bytes calldata signature) private view {
        if (invoice.payee == address(0) || invoice.amount == 0) revert InvoiceInvalid(invoice.payee, invoice.amount);
        if (invoice.partialAllowed && invoice.payer == address(0)) revert InvoicePartsNeedPayer();
        if (!CreditorReference.isValid(invoice.rfReference)) revert InvoiceInvalidReference(invoice.rfReference);
        _checkSignature(invoice.payee, invoiceId, signature);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(structHash);
        // ECDSA is tried first: for the usual key that saves looking for code at its address.
        // Of an invalid signature zero is recovered, which does not pass: the kind of fault does not matter.
        // slither-disable-next-line unused-return
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (recovered == signer && signer != address(0)) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
            revert InvoiceInvalidSignature(signer);
        }
    }
}
