// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @notice What the pool needs of the contract that keeps boxes of the harvest, the platform's Items.
interface IBoxes is IERC1155 {
    function creatorOf(uint256 id) external pure returns (address);
    function supplyOf(uint256 id) external view returns (bool exists, uint32 cap, uint32 minted);
    function burn(uint256 id, uint256 amount) external;
}

/// @title Frost pool
/// @notice Pays for the boxes of a harvest that frost took, by a rule that stood before the first box was sold.
/// @dev A box is an item. A holder hands boxes in by sending them here, and is paid in the same transaction: for the
/// part of its own boxes that was lost, and for no more. Whose loss it is, is proportional; who comes first gains
/// nothing. The pool takes no boxes before the loss is known, and burns those that it takes.
contract FrostPool is IERC1155Receiver {
    using SafeERC20 for IERC20;

    IERC20 public immutable euro;
    IBoxes public immutable boxes;
    /// @notice Who keeps the pool, and gets what is left of it.
    address public immutable keeper;
    address public immutable farm;
    /// @notice Who inspects the field and says how many boxes are lost.
    address public immutable adviser;
    /// @notice Paid for a lost box, in millionths of a test euro.
    uint256 public immutable payPerBox;
    /// @notice After this second the keeper can close the pool although boxes may still be handed in.
    uint256 public immutable endsAt;

    /// @notice The harvest; 0 before the farm has opened the season.
    uint256 public harvest;
    bool public lossKnown;
    uint256 public boxesSold;
    uint256 public boxesLost;
    /// @notice Lost boxes that are not paid for yet.
    uint256 public boxesLeft;

    mapping(address holder => uint256) public handedIn;

    event SeasonOpened(uint256 indexed harvest);
    event LossReported(uint256 lost, uint256 sold);
    event LossPaid(address indexed holder, uint256 boxes, uint256 amount);
    event PoolClosed(uint256 left);

    /// @notice This is for another to do: the farm, the adviser or the keeper of the pool.
    /// @custom:fi Tämän voi tehdä vain joku muu: tila, neuvoja tai poolin hoitaja.
    error PoolNotAllowed(address caller);
    /// @notice The season is open already, with another harvest or the same.
    /// @custom:fi Satokausi on jo avattu.
    error PoolSeasonOpen(uint256 harvest);
    /// @notice These boxes are not of the harvest that the pool stands for.
    /// @custom:fi Nämä laatikot eivät ole siitä sadosta, jonka pooli kattaa.
    error PoolNotOurHarvest(address collection, uint256 id);
    /// @notice How many boxes are lost is not known yet.
    /// @custom:fi Menetettyjen laatikoiden määrää ei vielä tiedetä.
    error PoolLossUnknown();
    /// @notice The loss was reported already, and is reported once.
    /// @custom:fi Menetys on jo ilmoitettu, ja sen voi ilmoittaa vain kerran.
    error PoolLossKnown(uint256 lost);
    /// @notice More boxes cannot be lost than were sold.
    /// @custom:fi Laatikoita ei voi menettää enempää kuin niitä on myyty.
    error PoolInvalidLoss(uint256 lost, uint256 sold);
    /// @notice More boxes were handed in than are paid to this holder.
    /// @custom:fi Laatikoita palautettiin enemmän kuin tälle haltijalle korvataan.
    error PoolAboveShare(uint256 asked, uint256 entitled);
    /// @notice Lost boxes may still be handed in, so the pool stays open.
    /// @custom:fi Menetettyjä laatikoita voi vielä palauttaa, joten poolia ei voi sulkea.
    error PoolStillPaying(uint256 boxesLeft, uint256 endsAt);

    constructor(IERC20 euro_, IBoxes boxes_, address farm_, address adviser_, uint256 payPerBox_, uint256 endsAt_) {
        (euro, boxes, keeper) = (euro_, boxes_, msg.sender);
        (farm, adviser, payPerBox, endsAt) = (farm_, adviser_, payPerBox_, endsAt_);
    }

    modifier only(address who) {
        if (msg.sender != who) revert PoolNotAllowed(msg.sender);
        _;
    }

    /// @notice Says which boxes the pool stands for: of the farm's own making, once.
    function open(uint256 harvest_) external only(farm) {
        if (harvest != 0) revert PoolSeasonOpen(harvest);
        if (boxes.creatorOf(harvest_) != farm) revert PoolNotOurHarvest(address(boxes), harvest_);
        harvest = harvest_;
        emit SeasonOpened(harvest_);
    }

    /// @notice Says how many boxes are lost, once; 0 for a season without frost.
    function reportLoss(uint256 lost) external only(adviser) {
        if (lossKnown) revert PoolLossKnown(boxesLost);
        (,, uint32 sold) = boxes.supplyOf(harvest);
        if (lost > sold) revert PoolInvalidLoss(lost, sold);
        (lossKnown, boxesSold, boxesLost, boxesLeft) = (true, sold, lost, lost);
        emit LossReported(lost, sold);
    }

    /// @notice How many boxes a holder may still hand in.
    function entitledOf(address holder) external view returns (uint256) {
        return _entitled(holder, boxes.balanceOf(holder, harvest));
    }

    /// @notice Boxes are handed in: burned, and paid for.
    function onERC1155Received(address, address from, uint256 id, uint256 value, bytes calldata)
        external
        returns (bytes4)
    {
        if (msg.sender != address(boxes) || id != harvest) revert PoolNotOurHarvest(msg.sender, id);
        if (!lossKnown) revert PoolLossUnknown();
        // The boxes have left the holder's account already.
        uint256 entitled = _entitled(from, boxes.balanceOf(from, id) + value);
        if (value > entitled || value > boxesLeft) revert PoolAboveShare(value, entitled);
        handedIn[from] += value;
        boxesLeft -= value;
        uint256 amount = value * payPerBox;
        emit LossPaid(from, value, amount);
        boxes.burn(id, value);
        euro.safeTransfer(from, amount);
        return this.onERC1155Received.selector;
    }

    /// @notice Boxes are handed in one kind at a time.
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        view
        returns (bytes4)
    {
        revert PoolNotOurHarvest(msg.sender, 0);
    }

    /// @notice Pays what is left to the keeper, when every lost box is paid for or the season is over.
    function close() external only(keeper) {
        if (block.timestamp <= endsAt && (!lossKnown || boxesLeft != 0)) revert PoolStillPaying(boxesLeft, endsAt);
        uint256 left = euro.balanceOf(address(this));
        emit PoolClosed(left);
        euro.safeTransfer(keeper, left);
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC1155Receiver).interfaceId || id == type(IERC165).interfaceId;
    }

    function _entitled(address holder, uint256 held) private view returns (uint256) {
        if (boxesSold == 0) return 0;
        uint256 had = held + handedIn[holder];
        uint256 lost = had * boxesLost / boxesSold;
        return lost > handedIn[holder] ? lost - handedIn[holder] : 0;
    }
}
