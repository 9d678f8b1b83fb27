// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice What the desk needs of the contract that keeps tickets, the platform's Items.
interface ITickets is IERC1155 {
    function createItem(
        uint64 serial,
        bool soulbound,
        uint32 cap,
        address royaltyReceiver,
        uint16 royaltyBps,
        bytes32 metadataHash
    ) external returns (uint256 id);
    function mint(address to, uint256 id, uint256 amount) external;
    function redeem(address holder, uint256 id, uint256 amount, bytes32 redemptionReference) external;
}

/// @title Ticket desk of one departure
/// @notice Sells tickets, lets holders resell them here up to a highest price, and pays back if it is cancelled.
/// @dev Tickets are items of which the desk is the creator. They are bound to their holder, so this is the only way to
/// pass one on: the desk uses the seller's ticket up and mints one for the buyer. For that the seller approves the desk
/// in Items. What tickets cost stays here until the departure is held, and goes back at the price of the desk if it
/// is not, whatever a ticket was resold for.
contract TicketDesk {
    using SafeERC20 for IERC20;

    struct Offer {
        uint128 amount;
        uint128 unitPrice;
    }

    uint256 private constant FULL_BPS = 10_000;

    IERC20 public immutable euro;
    ITickets public immutable tickets;
    address public immutable organiser;
    uint256 public immutable ticket;
    /// @notice Of one ticket, in millionths of a test euro, as all prices here.
    uint256 public immutable price;
    uint256 public immutable highestPrice;
    uint256 public immutable seats;
    /// @notice From this second on the organiser can have the money.
    uint256 public immutable departsAt;

    uint256 public sold;
    bool public cancelled;
    mapping(address holder => Offer) public offerOf;
    mapping(address holder => bool) public refunded;

    event TicketsSold(address indexed buyer, uint256 amount);
    event TicketsOffered(address indexed holder, uint256 amount, uint256 unitPrice);
    event TicketsResold(address indexed holder, address indexed buyer, uint256 amount, uint256 unitPrice);
    event DepartureCancelled();
    event TicketsRefunded(address indexed holder, uint256 amount, uint256 paid);
    event ProceedsPaid(uint256 amount);

    /// @notice Only the organiser may do this.
    /// @custom:fi Vain järjestäjä voi tehdä tämän.
    error DeskNotOrganiser(address caller);
    /// @notice The number of tickets is zero, or more than there are.
    /// @custom:fi Lippuja on pyydetty nolla tai enemmän kuin niitä on.
    error DeskInvalidAmount(uint256 asked, uint256 available);
    /// @notice Tickets are not resold above the highest price.
    /// @custom:fi Lippuja ei voi myydä eteenpäin enimmäishintaa kalliimmalla.
    error DeskAboveHighestPrice(uint256 unitPrice, uint256 highestPrice);
    /// @notice The price is no longer the one that was seen.
    /// @custom:fi Hinta on muuttunut sen jälkeen, kun se näytettiin ostajalle.
    error DeskPriceChanged(uint256 unitPrice);
    /// @notice The departure was called off.
    /// @custom:fi Lähtö on peruttu.
    error DeskCancelled();
    /// @notice The departure was not called off, so nothing is refunded.
    /// @custom:fi Lähtöä ei ole peruttu, joten lippuja ei hyvitetä.
    error DeskNotCancelled();
    /// @notice The departure has left, so no tickets are sold any more.
    /// @custom:fi Lähtöaika on mennyt, joten lippuja ei enää myydä.
    error DeskDeparted(uint256 departsAt);
    /// @notice The organiser is paid only after the departure.
    /// @custom:fi Järjestäjälle maksetaan vasta lähdön jälkeen.
    error DeskTooEarly(uint256 departsAt);
    /// @notice This holder has no tickets to refund, or was refunded already.
    /// @custom:fi Haltijalla ei ole hyvitettäviä lippuja, tai ne on jo hyvitetty.
    error DeskNothingToRefund(address holder);

    constructor(
        IERC20 euro_,
        ITickets tickets_,
        uint256 price_,
        uint256 seats_,
        uint256 resaleBps,
        uint256 departsAt_,
        bytes32 descriptionHash
    ) {
        (euro, tickets, organiser) = (euro_, tickets_, msg.sender);
        (price, seats, departsAt) = (price_, seats_, departsAt_);
        highestPrice = price_ * resaleBps / FULL_BPS;
        ticket = tickets_.createItem(1, true, 0, address(0), 0, descriptionHash);
    }

    modifier onSale() {
        if (cancelled) revert DeskCancelled();
        if (block.timestamp >= departsAt) revert DeskDeparted(departsAt);
        _;
    }

    /// @notice Buys tickets from the desk, from the caller's allowance.
    function buy(uint256 amount) external onSale {
        if (amount == 0 || amount > seats - sold) revert DeskInvalidAmount(amount, seats - sold);
        sold += amount;
        emit TicketsSold(msg.sender, amount);
        euro.safeTransferFrom(msg.sender, address(this), amount * price);
        tickets.mint(msg.sender, ticket, amount);
    }

    /// @notice Offers tickets of the caller's for resale; 0 takes the offer back.
    function offer(uint128 amount, uint128 unitPrice) external onSale {
        if (unitPrice > highestPrice) revert DeskAboveHighestPrice(unitPrice, highestPrice);
        uint256 held = tickets.balanceOf(msg.sender, ticket);
        if (amount > held) revert DeskInvalidAmount(amount, held);
        offerOf[msg.sender] = Offer(amount, unitPrice);
        emit TicketsOffered(msg.sender, amount, unitPrice);
    }

    /// @notice Buys tickets that a holder has offered, at the price that the caller has seen.
    function take(address holder, uint128 amount, uint128 unitPrice) external onSale {
        Offer storage open = offerOf[holder];
        if (amount == 0 || amount > open.amount) revert DeskInvalidAmount(amount, open.amount);
        if (open.unitPrice != unitPrice) revert DeskPriceChanged(open.unitPrice);
        open.amount -= amount;
        emit TicketsResold(holder, msg.sender, amount, unitPrice);
        euro.safeTransferFrom(msg.sender, holder, uint256(amount) * unitPrice);
        tickets.redeem(holder, ticket, amount, bytes32("resale"));
        tickets.mint(msg.sender, ticket, amount);
    }

    /// @notice Calls the departure off.
    function cancel() external onSale {
        if (msg.sender != organiser) revert DeskNotOrganiser(msg.sender);
        cancelled = true;
        emit DepartureCancelled();
    }

    /// @notice Pays the caller's tickets back, at the price of the desk.
    function refund() external {
        if (!cancelled) revert DeskNotCancelled();
        uint256 held = tickets.balanceOf(msg.sender, ticket);
        if (held == 0 || refunded[msg.sender]) revert DeskNothingToRefund(msg.sender);
        refunded[msg.sender] = true;
        uint256 amount = held * price;
        emit TicketsRefunded(msg.sender, held, amount);
        euro.safeTransfer(msg.sender, amount);
    }

    /// @notice Pays the organiser what tickets cost, once the departure is held.
    function payOut() external {
        if (cancelled) revert DeskCancelled();
        if (block.timestamp < departsAt) revert DeskTooEarly(departsAt);
        uint256 amount = euro.balanceOf(address(this));
        emit ProceedsPaid(amount);
        euro.safeTransfer(organiser, amount);
    }
}
