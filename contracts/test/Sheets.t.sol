// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_STOCK} from "../src/interfaces/IParticipants.sol";
import {SheetKey, SheetStatus, SignSheet} from "../src/interfaces/ISheets.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {Record} from "../src/types/Record.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice One signature a day covers what people tapped.
contract SheetsTest is Ordering {
    function sheetOf(uint24 organisation, uint32 day) private returns (SignSheet memory action) {
        action.sheet = SheetKey(organisation, day);
        action.seq = recordOf(action.sheet).seq();
        action.occurredAt = time();
        action.schema = 1;
        action.root = root();
    }

    function recordOf(SheetKey memory sheet) private view returns (Record) {
        return sheets.recordOf(vm.eip712HashStruct(DealKinds.SHEET, abi.encode(sheet)));
    }

    function sign(uint24 by, SignSheet memory action) private {
        record(DealKinds.signSheet(), by, abi.encode(action));
    }

    function refuseSheet(Reason reason, uint24 by, SignSheet memory action) private {
        refuse(reason, DealKinds.signSheet(), by, abi.encode(action));
    }

    function test_a_day_is_signed_and_signed_again() external {
        sign(TENANT, sheetOf(TENANT, 20261122));
        Record signed = recordOf(SheetKey(TENANT, 20261122));
        vm.assertEq(uint8(SheetStatus.Signed), signed.status());
        vm.assertEq(TENANT, signed.holder());
        sign(TENANT, sheetOf(TENANT, 20261122));
        vm.assertEq(2, recordOf(SheetKey(TENANT, 20261122)).seq());
        SignSheet memory action = sheetOf(TENANT, 20261122);
        action.seq = 1;
        refuseSheet(Reason.StaleSeq, TENANT, action);
        vm.assertEq(false, recordOf(SheetKey(RIVAL, 20261122)).exists());
    }

    function test_an_organisation_signs_its_own_sheet_with_the_right_of_stock() external {
        refuseSheet(Reason.WrongActor, RIVAL, sheetOf(TENANT, 20261122));
        refuseSheet(Reason.WrongActor, OPERATOR, sheetOf(TENANT, 20261122));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_STOCK);
        refuseBy(clerk, Reason.RightMissing, DealKinds.signSheet(), abi.encode(sheetOf(TENANT, 20261122)));
        SignSheet memory action = sheetOf(TENANT, 20261122);
        action.occurredAt = time() + 1 hours;
        refuseSheet(Reason.FromTheFuture, TENANT, action);
    }

    function test_a_day_is_written_yyyymmdd() external {
        uint32[8] memory slips =
            [uint32(0), 20261100, 20261132, 20260022, 20261322, 19991231, 100000101, type(uint32).max];
        for (uint256 i; i < slips.length; ++i) {
            refuseSheet(Reason.Malformed, TENANT, sheetOf(TENANT, slips[i]));
        }
        uint32[4] memory days_ = [uint32(20000101), 20261231, 20280229, 99991231];
        for (uint256 i; i < days_.length; ++i) {
            sign(TENANT, sheetOf(TENANT, days_[i]));
        }
    }

    function test_a_sheet_states_facts_so_it_is_signed_when_nothing_else_begins() external {
        suspend(TENANT);
        sign(TENANT, sheetOf(TENANT, 20261122));
        finishLedgers();
        sign(TENANT, sheetOf(TENANT, 20261123));
    }

    function test_a_sheet_with_as_many_records_as_it_can_hold_refuses() external {
        sign(TENANT, sheetOf(TENANT, 20261122));
        bytes32 id = vm.eip712HashStruct(DealKinds.SHEET, abi.encode(SheetKey(TENANT, 20261122)));
        bytes32 slot = keccak256(abi.encode(id, uint256(0)));
        vm.store(address(sheets), slot, vm.load(address(sheets), slot) | bytes32(uint256(0xffffff) << 16));
        refuseSheet(Reason.SeqExhausted, TENANT, sheetOf(TENANT, 20261122));
    }
}
