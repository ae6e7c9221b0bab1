// SPDX-License-Identifier: Apache-2.0
// The synchronization contract as nodes see it (messages.md 6.3), with a token beside it, so that one deployment gives
// a test everything. Not the contract of any public chain.
pragma solidity ^0.8.21;

contract Sync {
    event SyncEvent(uint256 timestamp, address addr, string message);
    event MessageEvent(uint256 timestamp, address addr, string msgtype, string msgcontent);

    mapping(address => uint256) public balanceOf;

    function doEmit(string calldata message) external {
        emit SyncEvent(block.timestamp, msg.sender, message);
    }

    function doMessage(string calldata msgtype, string calldata msgcontent) external {
        emit MessageEvent(block.timestamp, msg.sender, msgtype, msgcontent);
    }

    function mint(address to, uint256 units) external {
        balanceOf[to] += units;
    }
}
