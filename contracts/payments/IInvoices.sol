// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Invoices
/// @notice Payment requests in tEUR, signed by their payee off the chain and paid here: in whole or in parts, by one
/// payer, never twice, with refunds tied to them.
/// @dev Money goes from the payer to the payee in the same transaction and never rests here. An invoice's id is its
/// EIP-712 struct hash. Amounts are in millionths of a test euro, times in seconds since 1970.
interface IInvoices {
    /// @notice How far an invoice is.
    enum InvoiceState {
        /// @dev nothing paid yet, or not known here
        Open,
        /// @dev paid in part
        PartlyPaid,
        /// @dev paid in whole
        Paid,
        /// @dev cancelled by the payee; what was paid before can be refunded
        Cancelled
    }

    /// @notice What the payee signs. EIP-712 type `Invoice`.
    struct Invoice {
        /// @dev who is paid, and signs: an ECDSA key or an ERC-1271 wallet
        address payee;
        /// @dev who may pay; zero: whoever pays first
        address payer;
        uint88 amount;
        /// @dev when it is due; later payment is possible until `payableUntil`
        uint40 dueAt;
        /// @dev last second in which it can be paid, 0 for no end
        uint40 payableUntil;
        /// @dev whether it can be paid in parts; then it must name its payer
        bool partialAllowed;
        /// @dev ISO 11649 creditor reference in ASCII, from the left, without spaces, zero-padded
        bytes32 rfReference;
        /// @dev salted hash of the written invoice
        bytes32 documentHash;
        /// @dev tells apart invoices that are otherwise the same
        uint64 nonce;
    }

    /// @notice An invoice was paid, in whole or in part.
    /// @param invoiceId the invoice
    /// @param payer who paid
    /// @param payee who was paid
    /// @param amount how much
    /// @param outstanding what is still open
    /// @param rfReference the creditor reference
    event InvoicePaid(
        bytes32 indexed invoiceId,
        address indexed payer,
        address indexed payee,
        uint256 amount,
        uint256 outstanding,
        bytes32 rfReference
    );

    /// @notice An invoice was cancelled by its payee.
    /// @param invoiceId the invoice
    /// @param payee its payee
    event InvoiceCancelled(bytes32 indexed invoiceId, address indexed payee);

    /// @notice The payee gave money back that was paid on an invoice.
    /// @param invoiceId the invoice
    /// @param payer who got it back
    /// @param payee who gave it back
    /// @param amount how much
    /// @param refunded how much altogether
    event InvoiceRefunded(
        bytes32 indexed invoiceId, address indexed payer, address indexed payee, uint256 amount, uint256 refunded
    );

    /// @notice There is no token at this address.
    /// @param token the address that was given
    error InvoiceNoToken(address token);

    /// @notice The payee is zero, or the amount is.
    /// @param payee the payee
    /// @param amount the amount
    error InvoiceInvalid(address payee, uint256 amount);

    /// @notice An invoice that can be paid in parts must name its payer, or a stranger's cent would make the stranger it.
    error InvoicePartsNeedPayer();

    /// @notice The reference is not a creditor reference of ISO 11649 with right check digits.
    /// @param rfReference the reference
    error InvoiceInvalidReference(bytes32 rfReference);

    /// @notice The signature is not one of the payee over exactly this.
    /// @param payee whose signature was needed
    error InvoiceInvalidSignature(address payee);

    /// @notice The signature's deadline has passed.
    /// @param deadline the last second
    /// @param time time of the block
    error InvoiceSignatureExpired(uint256 deadline, uint256 time);

    /// @notice The invoice can no longer be paid.
    /// @param invoiceId the invoice
    /// @param payableUntil its last second
    error InvoiceNoLongerPayable(bytes32 invoiceId, uint256 payableUntil);

    /// @notice The invoice is not in a state in which this can be done: it is paid, or cancelled.
    /// @param invoiceId the invoice
    /// @param state its state
    error InvoiceWrongState(bytes32 invoiceId, InvoiceState state);

    /// @notice Somebody else is, or has become, the payer of this invoice.
    /// @param invoiceId the invoice
    /// @param payer who may pay
    /// @param given who tried
    error InvoiceWrongPayer(bytes32 invoiceId, address payer, address given);

    /// @notice The amount is zero, more than what is open, or a part where parts are not allowed.
    /// @param invoiceId the invoice
    /// @param amount what was to be paid
    /// @param outstanding what is open
    error InvoiceWrongAmount(bytes32 invoiceId, uint256 amount, uint256 outstanding);

    /// @notice Only the payee may do this.
    /// @param actor who tried
    /// @param payee who may
    error InvoiceNotPayee(address actor, address payee);

    /// @notice More cannot be refunded than was paid and is not refunded yet.
    /// @param invoiceId the invoice
    /// @param amount what was to be refunded
    /// @param refundable what can be
    error InvoiceRefundTooHigh(bytes32 invoiceId, uint256 amount, uint256 refundable);

    /// @notice Pays an invoice from the caller's allowance.
    /// @param invoice the invoice
    /// @param signature of `Invoice`, by the payee
    /// @param amount how much of it
    function pay(Invoice calldata invoice, bytes calldata signature, uint256 amount) external;

    /// @notice As `pay`, with the caller's EIP-2612 permit for exactly the amount in the same transaction.
    /// @param invoice the invoice
    /// @param signature of `Invoice`, by the payee
    /// @param amount how much of it
    /// @param deadline the permit's deadline
    /// @param v v of the permit's signature
    /// @param r r of the permit's signature
    /// @param s s of the permit's signature
    function payWithPermit(
        Invoice calldata invoice,
        bytes calldata signature,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice As `pay`, with an EIP-3009 `ReceiveWithAuthorization` of the payer. Anybody may send it.
    /// @dev Its receiver is this contract and its nonce is `paymentNonce(invoiceId, amount, salt)`, so that it serves
    /// for nothing else.
    /// @param invoice the invoice
    /// @param signature of `Invoice`, by the payee
    /// @param amount how much of it
    /// @param from who pays
    /// @param validBefore first second in which the authorization is no longer valid; it is valid from 1970
    /// @param salt any 32 bytes
    /// @param authorization signature of `ReceiveWithAuthorization`
    function payWithAuthorization(
        Invoice calldata invoice,
        bytes calldata signature,
        uint256 amount,
        address from,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata authorization
    ) external;

    /// @notice Cancels an invoice that is not paid in whole. Only its payee may.
    /// @param invoice the invoice
    function cancel(Invoice calldata invoice) external;

    /// @notice As `cancel`, with the payee's signature. Anybody may send it.
    /// @param invoice the invoice
    /// @param deadline last second in which the signature may be used
    /// @param signature of `CancelInvoice`
    function cancelWithSignature(Invoice calldata invoice, uint256 deadline, bytes calldata signature) external;

    /// @notice Gives back what was paid on an invoice, in whole or in part, from the payee's allowance.
    /// @param invoice the invoice, whose payee calls
    /// @param amount how much
    function refund(Invoice calldata invoice, uint256 amount) external;

    /// @notice What is recorded of an invoice.
    /// @param invoiceId the invoice
    /// @return state how far it is
    /// @return payer who has paid on it, zero if nobody
    /// @return paid how much was paid
    /// @return refunded how much of that was given back
    function invoiceOf(bytes32 invoiceId)
        external
        view
        returns (InvoiceState state, address payer, uint256 paid, uint256 refunded);

    /// @notice EIP-712 struct hash of an invoice: its id.
    /// @param invoice the invoice
    /// @return the id
    function hashInvoice(Invoice calldata invoice) external pure returns (bytes32);

    /// @notice The nonce that an EIP-3009 authorization for `payWithAuthorization` must carry.
    /// @param invoiceId the invoice
    /// @param amount how much of it
    /// @param salt any 32 bytes
    /// @return the nonce
    function paymentNonce(bytes32 invoiceId, uint256 amount, bytes32 salt) external pure returns (bytes32);

    /// @notice Whether 32 bytes are a creditor reference of ISO 11649 with right check digits.
    /// @param rfReference ASCII from the left, without spaces, zero-padded
    /// @return true if they are
    function isValidReference(bytes32 rfReference) external pure returns (bool);
}
