// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Settlement of solar power between neighbours
/// @notice The meter operator reports day by day how much of the seller's power each buyer took. From that and the price
/// that all have agreed on follows what each buyer owes. A report is never overwritten: a correction is a new revision,
/// with the hash of its reason.
/// @dev Quarter-hour readings tell when somebody works; they stay off the chain. Here is the salted hash of the day's
/// readings, by which anybody who was given them can check them. The contract holds no money.
contract MeterSettlement {
    /// @notice Who may report.
    address public immutable meterOperator;
    /// @notice Price of a kilowatt-hour in tenths of a cent.
    uint256 public immutable price;

    address[] private _buyers;
    mapping(uint256 day => uint256) private _revisions;
    mapping(uint256 day => bytes32) private _readings;
    mapping(uint256 day => mapping(address buyer => uint256)) private _wattHours;

    /// @notice A day was reported, or reported anew.
    /// @param day number of the day
    /// @param revision 1 for the first report, more for corrections
    /// @param readingsHash salted hash of the day's quarter-hour readings
    /// @param wattHours what each buyer took, in the order of `buyers`
    /// @param reasonHash salted hash of why it was corrected, 0 for a first report
    event DayReported(
        uint256 indexed day, uint256 indexed revision, bytes32 readingsHash, uint256[] wattHours, bytes32 reasonHash
    );

    /// @notice Only the meter operator reports.
    /// @custom:fi Vain mittauksesta vastaava voi ilmoittaa lukemat.
    error MeterNotOperator(address caller);
    /// @notice The day was reported before; it can be corrected.
    /// @custom:fi Päivä on jo ilmoitettu; sen voi oikaista.
    error MeterDayReported(uint256 day);
    /// @notice The day was not reported yet, so there is nothing to correct or to owe.
    /// @custom:fi Päivää ei ole vielä ilmoitettu, joten siinä ei ole oikaistavaa eikä maksettavaa.
    error MeterDayUnknown(uint256 day);
    /// @notice There must be one figure for each buyer.
    /// @custom:fi Jokaisella ostajalla on oltava yksi lukema.
    error MeterFigureCount(uint256 given, uint256 wanted);
    /// @notice A correction says why.
    /// @custom:fi Oikaisulla on oltava syy.
    error MeterNoReason();

    /// @param operator_ who may report
    /// @param buyers_ who buys, in the order of the reports' figures
    /// @param price_ of a kilowatt-hour, in tenths of a cent
    constructor(address operator_, address[] memory buyers_, uint256 price_) {
        meterOperator = operator_;
        _buyers = buyers_;
        price = price_;
    }

    /// @notice Reports a day for the first time.
    function report(uint256 day, bytes32 readingsHash, uint256[] calldata wattHours) external {
        if (_revisions[day] != 0) revert MeterDayReported(day);
        _report(day, readingsHash, wattHours, 0);
    }

    /// @notice Reports a day anew, with the hash of the reason.
    function correct(uint256 day, bytes32 readingsHash, uint256[] calldata wattHours, bytes32 reasonHash) external {
        if (_revisions[day] == 0) revert MeterDayUnknown(day);
        if (reasonHash == 0) revert MeterNoReason();
        _report(day, readingsHash, wattHours, reasonHash);
    }

    /// @notice What a buyer owes for a day by its newest report: euro cents, rounded half up.
    function centsOf(uint256 day, address buyer) external view returns (uint256) {
        if (_revisions[day] == 0) revert MeterDayUnknown(day);
        return (_wattHours[day][buyer] * price + 5_000) / 10_000;
    }

    /// @notice What a buyer took on a day by its newest report, in watt-hours.
    function wattHoursOf(uint256 day, address buyer) external view returns (uint256) {
        return _wattHours[day][buyer];
    }

    /// @notice How often a day was reported, and the hash of the readings of its newest report.
    function reportOf(uint256 day) external view returns (uint256 revision, bytes32 readingsHash) {
        return (_revisions[day], _readings[day]);
    }

    /// @notice Who buys.
    function buyers() external view returns (address[] memory) {
        return _buyers;
    }

    function _report(uint256 day, bytes32 readingsHash, uint256[] calldata wattHours, bytes32 reasonHash) private {
        if (msg.sender != meterOperator) revert MeterNotOperator(msg.sender);
        if (wattHours.length != _buyers.length) revert MeterFigureCount(wattHours.length, _buyers.length);
        for (uint256 i; i < wattHours.length; ++i) _wattHours[day][_buyers[i]] = wattHours[i];
        _readings[day] = readingsHash;
        emit DayReported(day, ++_revisions[day], readingsHash, wattHours, reasonHash);
    }
}
