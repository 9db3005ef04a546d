// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHT_STOCK} from "../src/interfaces/IParticipants.sol";
import {ISignedLedger, LedgerMode, Reason} from "../src/interfaces/ISignedLedger.sol";
import {ConfirmMode, EndModeChange, ScheduleMode} from "../src/interfaces/ISuccession.sol";
import {HoldingKey, Origin} from "../src/interfaces/ITraceability.sol";
import {Record} from "../src/types/Record.sol";
import {Envelope} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {vm} from "./support/Vm.sol";

/// @notice Open, finishing, read-only: scheduled by the operator, confirmed by the authority, never back.
contract SuccessionTest is Goods {
    function platform() private view returns (Record) {
        return succession.recordOf(keccak256(abi.encode(keccak256("PlatformKey()"))));
    }

    function schedule(LedgerMode mode, uint64 effectiveAt) private returns (ScheduleMode memory) {
        return ScheduleMode(uint8(mode), effectiveAt, platform().seq(), time(), 1, root());
    }

    function agreement() private returns (ConfirmMode memory) {
        return ConfirmMode(platform().head(), time(), 1, root());
    }

    function ending() private returns (EndModeChange memory) {
        return EndModeChange(platform().seq(), time(), 1, root());
    }

    function refuseSchedule(Reason reason, uint24 by, ScheduleMode memory action) private {
        refuse(reason, Kinds.scheduleMode(), by, abi.encode(action));
    }

    function refuseConfirmation(Reason reason, uint24 by, ConfirmMode memory action) private {
        refuse(reason, Kinds.confirmMode(), by, abi.encode(action));
    }

    function refuseEnding(Reason reason, uint24 by, EndModeChange memory action) private {
        refuse(reason, Kinds.endModeChange(), by, abi.encode(action));
    }

    function propose(LedgerMode mode) private {
        record(Kinds.scheduleMode(), OPERATOR, abi.encode(schedule(mode, time() + 2 * MODE_DELAY)));
    }

    function confirm() private {
        record(Kinds.confirmMode(), AUTHORITY, abi.encode(agreement()));
    }

    function enter(LedgerMode mode) private {
        propose(mode);
        confirm();
        pass(2 * MODE_DELAY);
    }

    function assertMode(LedgerMode expected) private view {
        vm.assertEq(uint8(expected), uint8(succession.mode()));
    }

    function test_a_mode_takes_effect_at_its_second_when_both_have_signed() external {
        propose(LedgerMode.Finishing);
        vm.assertTrue(succession.awaitsAnswer(0));
        confirm();
        vm.assertEq(false, succession.awaitsAnswer(0));
        pass(2 * MODE_DELAY - 1);
        assertMode(LedgerMode.Open);
        pass(1);
        assertMode(LedgerMode.Finishing);
    }

    function test_what_nobody_confirmed_never_takes_effect() external {
        propose(LedgerMode.ReadOnly);
        pass(100 days);
        assertMode(LedgerMode.Open);
        make(SUPPLIER, 1);
    }

    function test_a_finishing_ledger_begins_nothing_and_finishes_what_is_open() external {
        HoldingKey memory open = make(SUPPLIER, 1);
        enter(LedgerMode.Finishing);
        refuseLot(Reason.LedgerFinishing, SUPPLIER, creation(holdingOf(SUPPLIER, 2), Origin.Made));
        refuseLot(Reason.LedgerFinishing, SUPPLIER, splitting(open, holdingOf(SUPPLIER, 2)));
        handOver(open, TENANT);
        recordLot(TENANT, consumption(open));
    }

    function test_a_read_only_ledger_records_nothing_and_spends_no_nonce() external {
        HoldingKey memory open = make(SUPPLIER, 1);
        enter(LedgerMode.ReadOnly);
        Envelope memory batch = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), observation(open));
        fail(abi.encodeWithSelector(ISignedLedger.LedgerReadOnly.selector), batch.ledger, batch.relay());
        batch = envelope(Kinds.recallLot(), keyOf(SUPPLIER), recalling(SUPPLIER));
        fail(abi.encodeWithSelector(ISignedLedger.LedgerReadOnly.selector), batch.ledger, batch.relay());
        vm.assertEq(0, recalls.noncesOf(batch.signer(), batch.nonce / 256) >> (batch.nonce % 256) & 1);
    }

    function test_there_is_no_way_back_up() external {
        enter(LedgerMode.Finishing);
        refuseSchedule(Reason.WrongState, OPERATOR, schedule(LedgerMode.Open, time() + 30 days));
        refuseSchedule(Reason.WrongState, OPERATOR, schedule(LedgerMode.Finishing, time() + 30 days));
        refuseEnding(Reason.WrongState, OPERATOR, ending());
        enter(LedgerMode.ReadOnly);
        refuseSchedule(Reason.WrongState, OPERATOR, schedule(LedgerMode.Open, time() + 30 days));
        assertMode(LedgerMode.ReadOnly);
    }

    function test_only_the_operator_schedules_and_only_the_authority_confirms() external {
        refuseSchedule(Reason.RoleMissing, AUTHORITY, schedule(LedgerMode.Finishing, time() + 30 days));
        refuseSchedule(Reason.RoleMissing, TENANT, schedule(LedgerMode.Finishing, time() + 30 days));
        uint256 clerk = addKey(OPERATOR, 2, RIGHT_STOCK);
        bytes memory action = abi.encode(schedule(LedgerMode.Finishing, time() + 30 days));
        refuseBy(clerk, Reason.RightMissing, Kinds.scheduleMode(), action);
        propose(LedgerMode.Finishing);
        refuseConfirmation(Reason.RoleMissing, OPERATOR, agreement());
    }

    function test_a_schedule_names_a_mode_a_moment_and_the_seq_that_was_seen() external {
        ScheduleMode memory action = schedule(LedgerMode.Finishing, time() + 30 days);
        action.mode = 3;
        refuseSchedule(Reason.Malformed, OPERATOR, action);
        refuseSchedule(
            Reason.Malformed, OPERATOR, schedule(LedgerMode.Finishing, uint64(type(uint40).max) + 1)
        );
        action = schedule(LedgerMode.Finishing, time() + 30 days);
        action.occurredAt = time() + 1 hours;
        refuseSchedule(Reason.FromTheFuture, OPERATOR, action);
        action = schedule(LedgerMode.Finishing, time() + 30 days);
        action.seq = 1;
        refuseSchedule(Reason.StaleSeq, OPERATOR, action);
    }

    function test_one_change_is_open_at_a_time() external {
        propose(LedgerMode.Finishing);
        refuseSchedule(Reason.ProposalPending, OPERATOR, schedule(LedgerMode.ReadOnly, time() + 30 days));
        confirm();
        refuseSchedule(Reason.ProposalPending, OPERATOR, schedule(LedgerMode.ReadOnly, time() + 30 days));
        refuseConfirmation(Reason.WrongState, AUTHORITY, agreement());
    }

    function test_a_confirmation_leaves_the_members_the_delay() external {
        refuseConfirmation(Reason.NotFound, AUTHORITY, agreement());
        propose(LedgerMode.Finishing);
        ConfirmMode memory action = agreement();
        action.agreesTo = bytes24(uint192(1));
        refuseConfirmation(Reason.WrongAgreesTo, AUTHORITY, action);
        action = agreement();
        action.occurredAt = time() + 1 hours;
        refuseConfirmation(Reason.FromTheFuture, AUTHORITY, action);
        pass(MODE_DELAY + 1);
        refuseConfirmation(Reason.TooEarly, AUTHORITY, agreement());
        vm.warp(time() - 1);
        confirm();
    }

    function test_either_power_ends_a_change_before_it_takes_effect() external {
        refuseEnding(Reason.NotFound, OPERATOR, ending());
        propose(LedgerMode.ReadOnly);
        refuseEnding(Reason.RoleMissing, SUPPLIER, ending());
        EndModeChange memory action = ending();
        ++action.seq;
        refuseEnding(Reason.StaleSeq, OPERATOR, action);
        action = ending();
        action.occurredAt = time() + 1 hours;
        refuseEnding(Reason.FromTheFuture, OPERATOR, action);
        record(Kinds.endModeChange(), OPERATOR, abi.encode(ending()));
        refuseEnding(Reason.WrongState, OPERATOR, ending());
        refuseConfirmation(Reason.WrongState, AUTHORITY, agreement());

        propose(LedgerMode.ReadOnly);
        confirm();
        pass(2 * MODE_DELAY - 1);
        record(Kinds.endModeChange(), AUTHORITY, abi.encode(ending()));
        pass(100 days);
        assertMode(LedgerMode.Open);
    }

    function test_an_ended_change_cannot_be_confirmed_by_its_old_head() external {
        propose(LedgerMode.ReadOnly);
        ConfirmMode memory action = agreement();
        record(Kinds.endModeChange(), OPERATOR, abi.encode(ending()));
        propose(LedgerMode.Finishing);
        refuseConfirmation(Reason.WrongAgreesTo, AUTHORITY, action);
    }
}
