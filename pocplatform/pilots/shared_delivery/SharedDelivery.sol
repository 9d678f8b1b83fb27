// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Freight of a shared delivery
/// @notice Each shipper books a drop with its receiver and the promised time, and leaves the freight here. The carrier
/// states when it arrived, with the hash of its proof of delivery; the receiver confirms the time or states another. The
/// carrier is paid when both agree on the time, or the terminal has decided it. Each begun hour of lateness takes a
/// fixed share off, which goes back to the shipper.
/// @dev Times are minutes from midnight of the delivery day, as waybills have them: what counts is when the lorry stood
/// at the gate, not when somebody pressed a button.
contract SharedDelivery {
    using SafeERC20 for IERC20;

    /// @notice How far a drop is.
    enum State {
        None,
        Booked,
        Arrived,
        Differs,
        Settled,
        GivenBack
    }

    /// @notice A drop of the tour.
    struct Drop {
        address shipper;
        address receiver;
        uint128 freight;
        uint16 promised;
        uint16 stated;
        uint16 confirmed;
        State state;
    }

    /// @notice In what freight is paid.
    IERC20 public immutable token;
    /// @notice Who drives.
    address public immutable carrier;
    /// @notice Who decides where carrier and receiver do not agree.
    address public immutable terminal;
    /// @notice What a begun hour takes off the freight, in 1/100 of a percent.
    uint256 public immutable bpsPerHour;
    /// @notice The most that lateness takes off, in 1/100 of a percent.
    uint256 public immutable maxBps;

    mapping(uint256 number => Drop) private _drops;

    /// @notice A drop was booked and its freight left here.
    event DropBooked(uint256 indexed number, address indexed shipper, address indexed receiver, uint256 freight);
    /// @notice The carrier stated when it arrived.
    event DropArrived(uint256 indexed number, uint256 stated, bytes32 proofHash);
    /// @notice The receiver states another time than the carrier.
    event DropDiffers(uint256 indexed number, uint256 stated, uint256 confirmed);
    /// @notice A drop was paid.
    event DropSettled(uint256 indexed number, uint256 arrived, uint256 toCarrier, uint256 toShipper);
    /// @notice The freight went back whole.
    event DropGivenBack(uint256 indexed number, uint256 freight);

    /// @notice Only a certain account may do this.
    /// @custom:fi Tämän voi tehdä vain tietty tili.
    error DropNotAllowed(address caller, address expected);
    /// @notice The drop is not in a state in which this can be done.
    /// @custom:fi Toimitus ei ole siinä vaiheessa, jossa tämän voi tehdä.
    error DropWrongState(uint256 number, State state);
    /// @notice Freight or receiver is missing, or what comes off is more than the whole freight.
    /// @custom:fi Rahti tai vastaanottaja puuttuu, tai vähennys on suurempi kuin koko rahti.
    error DropInvalid();

    constructor(IERC20 token_, address carrier_, address terminal_, uint256 bpsPerHour_, uint256 maxBps_) {
        if (maxBps_ > 10_000) revert DropInvalid();
        (token, carrier, terminal, bpsPerHour, maxBps) = (token_, carrier_, terminal_, bpsPerHour_, maxBps_);
    }

    /// @notice Books a drop; the freight comes from the caller's allowance.
    function book(uint256 number, address receiver, uint128 freight, uint16 promised) external {
        _expect(number, State.None);
        if (freight == 0 || receiver == address(0)) revert DropInvalid();
        _drops[number] = Drop(msg.sender, receiver, freight, promised, 0, 0, State.Booked);
        emit DropBooked(number, msg.sender, receiver, freight);
        token.safeTransferFrom(msg.sender, address(this), freight);
    }

    /// @notice States when the lorry arrived. Only the carrier may.
    function arrive(uint256 number, uint16 minute, bytes32 proofHash) external {
        _only(carrier);
        Drop storage drop = _expect(number, State.Booked);
        (drop.stated, drop.state) = (minute, State.Arrived);
        emit DropArrived(number, minute, proofHash);
    }

    /// @notice Confirms the time, which pays the carrier, or states another. Only the receiver may.
    function confirm(uint256 number, uint16 minute) external {
        Drop storage drop = _expect(number, State.Arrived);
        _only(drop.receiver);
        drop.confirmed = minute;
        if (minute == drop.stated) return _settle(number, drop, minute);
        drop.state = State.Differs;
        emit DropDiffers(number, drop.stated, minute);
    }

    /// @notice Agrees to the receiver's time. Only the carrier may.
    function agree(uint256 number) external {
        _only(carrier);
        Drop storage drop = _expect(number, State.Differs);
        _settle(number, drop, drop.confirmed);
    }

    /// @notice Decides the time: where the two differ, or where the receiver is silent. Only the terminal may.
    function decide(uint256 number, uint16 minute) external {
        _only(terminal);
        Drop storage drop = _drops[number];
        if (drop.state != State.Arrived) _expect(number, State.Differs);
        _settle(number, drop, minute);
    }

    /// @notice Gives the freight back whole, at any time before it is paid. Only the carrier may.
    function giveBack(uint256 number) external {
        _only(carrier);
        Drop storage drop = _drops[number];
        if (drop.state == State.None || drop.state >= State.Settled) revert DropWrongState(number, drop.state);
        drop.state = State.GivenBack;
        emit DropGivenBack(number, drop.freight);
        token.safeTransfer(drop.shipper, drop.freight);
    }

    /// @notice A drop by its number.
    function dropOf(uint256 number) external view returns (Drop memory) {
        return _drops[number];
    }

    /// @notice What lateness takes off a freight.
    function penaltyOf(uint256 freight, uint256 promised, uint256 arrived) public view returns (uint256) {
        if (arrived <= promised) return 0;
        uint256 bps = (arrived - promised + 59) / 60 * bpsPerHour;
        return freight * (bps > maxBps ? maxBps : bps) / 10_000;
    }

    function _settle(uint256 number, Drop storage drop, uint256 arrived) private {
        uint256 penalty = penaltyOf(drop.freight, drop.promised, arrived);
        uint256 toCarrier = drop.freight - penalty;
        drop.state = State.Settled;
        emit DropSettled(number, arrived, toCarrier, penalty);
        token.safeTransfer(carrier, toCarrier);
        token.safeTransfer(drop.shipper, penalty);
    }

    function _expect(uint256 number, State state) private view returns (Drop storage drop) {
        drop = _drops[number];
        if (drop.state != state) revert DropWrongState(number, drop.state);
    }

    function _only(address expected) private view {
        if (msg.sender != expected) revert DropNotAllowed(msg.sender, expected);
    }
}
