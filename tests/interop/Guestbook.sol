// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Whoever came by, and what they said.
contract Guestbook {
    event Signed(address indexed guest, uint256 number, string words);

    error GuestbookSilence(address guest);

    uint256 public guests;

    function sign(string calldata words) external {
        if (bytes(words).length == 0) revert GuestbookSilence(msg.sender);
        guests++;
        emit Signed(msg.sender, guests, words);
    }
}
