// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AgreeCorrection,
    CorrectDetails,
    CorrectionKey,
    CorrectionStatus,
    EndCorrection,
    Step,
    Trail
} from "../src/interfaces/ICorrections.sol";
import {RIGHTS_KNOWN, RIGHT_RECEIVE, RIGHT_STOCK, ROLE_LESSOR} from "../src/interfaces/IParticipants.sol";
import {ISignedLedger, Reason} from "../src/interfaces/ISignedLedger.sol";
import {HoldingKey, Origin} from "../src/interfaces/ITraceability.sol";
import {Record} from "../src/types/Record.sol";
import {Envelope} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kind, Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Details are corrected by their author, openly, and with whoever has built on them.
contract CorrectionsTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private goods;

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
    }

    // --------------------------------------------------------------------------------------- what is proved

    /// @dev The trail of a subject from its n-th record on, and the correction of that record.
    function open(address ledger, bytes32 subject, uint256 n)
        private
        view
        returns (CorrectionKey memory key, Trail memory trail)
    {
        Step[] memory steps = history(ledger, subject);
        trail.steps = new Step[](steps.length - n);
        for (uint256 i; i < steps.length; ++i) {
            if (i < n) trail.headBefore = fold(trail.headBefore, steps[i]);
            else trail.steps[i - n] = steps[i];
        }
        key = CorrectionKey(ledger, subject, steps[n].actionHash);
    }

    function fold(bytes24 head, Step memory step) private pure returns (bytes24) {
        return bytes24(keccak256(abi.encodePacked(head, step.actionHash, step.signer)));
    }

    function creationOf(HoldingKey memory holding) private view returns (CorrectionKey memory key) {
        (key,) = open(address(traceability), holding.id(), 0);
    }

    function recordOfCorrection(CorrectionKey memory key) private view returns (Record) {
        return corrections.recordOf(idOf(key));
    }

    function idOf(CorrectionKey memory key) private pure returns (bytes32) {
        return vm.eip712HashStruct(Kinds.CORRECTION, abi.encode(key));
    }

    function correcting(CorrectionKey memory key) private returns (CorrectDetails memory) {
        return CorrectDetails(key, recordOfCorrection(key).seq(), time() + 1 days, time(), 1, root());
    }

    function batch(uint256 secret, CorrectDetails memory action, Trail memory trail)
        private
        returns (Envelope memory envelope_)
    {
        envelope_ = envelope(Kinds.correctDetails(), secret, abi.encode(action));
        Trail[] memory trails = new Trail[](1);
        trails[0] = trail;
        envelope_.proof = abi.encode(trails);
    }

    function correct(uint24 by, bytes32 subject, uint256 n) private returns (CorrectionKey memory key) {
        return correct(by, address(traceability), subject, n);
    }

    function correct(uint24 by, address ledger, bytes32 subject, uint256 n)
        private
        returns (CorrectionKey memory key)
    {
        Trail memory trail;
        (key, trail) = open(ledger, subject, n);
        record(batch(keyOf(by), correcting(key), trail));
    }

    function refuseCorrection(Reason reason, uint24 by, bytes32 subject, uint256 n) private {
        (CorrectionKey memory key, Trail memory trail) = open(address(traceability), subject, n);
        refuse(reason, batch(keyOf(by), correcting(key), trail));
    }

    function agreement(CorrectionKey memory key) private returns (AgreeCorrection memory) {
        return AgreeCorrection(key, recordOfCorrection(key).head(), time(), 1, root());
    }

    function ending(CorrectionKey memory key) private returns (EndCorrection memory) {
        return EndCorrection(key, recordOfCorrection(key).seq(), time(), 1, root());
    }

    function agree(uint24 by, CorrectionKey memory key) private {
        record(Kinds.agreeCorrection(), by, abi.encode(agreement(key)));
    }

    function assertStatus(CorrectionStatus expected, CorrectionKey memory key) private view {
        vm.assertEq(uint8(expected), recordOfCorrection(key).status());
    }

    function assertWaitsFor(uint24 organisation, CorrectionKey memory key) private view {
        (uint24 countersigner,) = corrections.pendingOf(idOf(key));
        vm.assertEq(organisation, countersigner);
        assertStatus(organisation == 0 ? CorrectionStatus.InForce : CorrectionStatus.Offered, key);
    }

    // ------------------------------------------------------------------------------------ author and partner

    function test_an_author_corrects_at_once_what_nobody_has_built_on() external {
        recordLot(SUPPLIER, observation(goods));
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        assertWaitsFor(0, key);
        vm.assertEq(SUPPLIER, recordOfCorrection(key).holder());
        vm.assertEq(2, seqOf(goods)); // The corrected subject keeps its history.
    }

    function test_a_correction_is_corrected_again_at_its_own_seq() external {
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        correct(SUPPLIER, goods.id(), 0);
        vm.assertEq(2, recordOfCorrection(key).seq());
        (, Trail memory trail) = open(address(traceability), goods.id(), 0);
        CorrectDetails memory action = correcting(key);
        --action.seq;
        refuse(Reason.StaleSeq, batch(keyOf(SUPPLIER), action, trail));
    }

    function test_nobody_but_the_author_corrects() external {
        refuseCorrection(Reason.WrongActor, RIVAL, goods.id(), 0);
        refuseCorrection(Reason.WrongActor, OPERATOR, goods.id(), 0);
        handOver(goods, TENANT);
        refuseCorrection(Reason.WrongActor, TENANT, goods.id(), 0);
        refuseCorrection(Reason.WrongActor, SUPPLIER, goods.id(), 2); // The tenant's receipt.
    }

    function test_a_colleague_corrects_with_the_right_to_stock_or_to_receive() external {
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_STOCK - RIGHT_RECEIVE);
        (CorrectionKey memory key, Trail memory trail) = open(address(traceability), goods.id(), 0);
        refuse(Reason.RightMissing, batch(clerk, correcting(key), trail));
        clerk = addKey(SUPPLIER, 3, RIGHT_RECEIVE);
        record(batch(clerk, correcting(key), trail));
    }

    function test_a_key_that_was_closed_since_still_names_its_author() external {
        uint256 clerk = addKey(SUPPLIER, 2, RIGHT_STOCK);
        recordBy(clerk, Kinds.recordLotEvent(), creation(holdingOf(SUPPLIER, 2), Origin.Made));
        pass(400 days);
        assertWaitsFor(0, correct(SUPPLIER, holdingOf(SUPPLIER, 2).id(), 0));
    }

    function test_whoever_has_built_on_a_record_must_agree() external {
        handOver(goods, TENANT);
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        assertWaitsFor(TENANT, key);
        refuse(Reason.WrongActor, Kinds.agreeCorrection(), RIVAL, abi.encode(agreement(key)));
        refuse(Reason.WrongActor, Kinds.agreeCorrection(), SUPPLIER, abi.encode(agreement(key)));
        agree(TENANT, key);
        assertWaitsFor(0, key);
        vm.assertEq(SUPPLIER, recordOfCorrection(key).holder());
    }

    function test_goods_that_came_back_are_corrected_with_who_had_them() external {
        handOver(goods, TENANT);
        handOver(goods, SUPPLIER);
        assertWaitsFor(TENANT, correct(SUPPLIER, goods.id(), 0));
        // Nobody has built on what came after.
        assertWaitsFor(0, correct(SUPPLIER, goods.id(), 4));
    }

    function test_a_receipt_is_corrected_by_the_receiver_alone() external {
        handOver(goods, TENANT);
        assertWaitsFor(0, correct(TENANT, goods.id(), 2));
    }

    function test_a_regulator_corrects_its_own_hold_alone() external {
        placeHold(REGULATOR, goods);
        assertWaitsFor(0, correct(REGULATOR, goods.id(), 1));
    }

    // ---------------------------------------------------------------------------------------- what it refuses

    function test_a_trail_must_open_the_head_from_the_corrected_record_to_the_last() external {
        recordLot(SUPPLIER, observation(goods));
        (CorrectionKey memory key, Trail memory trail) = open(address(traceability), goods.id(), 0);
        (, Trail memory later) = open(address(traceability), goods.id(), 1);
        mismatch(key, later); // Another record.
        later.steps = new Step[](0);
        later.headBefore = recordOf(goods).head();
        mismatch(key, later); // No record.
        later.steps = new Step[](1);
        later.steps[0] = trail.steps[0];
        mismatch(key, later); // Not to the last.
        trail.headBefore = bytes24(uint192(1));
        mismatch(key, trail);
        trail.headBefore = 0;
        trail.steps[1].signer = addressOf(RIVAL);
        mismatch(key, trail);
    }

    function mismatch(CorrectionKey memory key, Trail memory trail) private {
        Envelope memory envelope_ = batch(keyOf(SUPPLIER), correcting(key), trail);
        bytes memory expected =
            abi.encodeWithSelector(ISignedLedger.ActionRefused.selector, 0, Reason.TrailMismatch);
        fail(expected, envelope_.ledger, envelope_.relay());
    }

    /// @dev Trails are not signed: a wrong one beside a right one must not have a correction refused for good.
    function test_a_relayer_cannot_spoil_one_correction_of_a_batch() external {
        HoldingKey memory other = make(SUPPLIER, 2);
        (CorrectionKey memory key, Trail memory trail) = open(address(traceability), goods.id(), 0);
        (CorrectionKey memory otherKey, Trail memory otherTrail) = open(address(traceability), other.id(), 0);
        Envelope memory both = envelope(Kinds.correctDetails(), keyOf(SUPPLIER), new bytes[](2));
        both.actions[0] = abi.encode(correcting(key));
        both.actions[1] = abi.encode(correcting(otherKey));
        Trail[] memory trails = new Trail[](2);
        (trails[0], trails[1]) = (trail, trail);
        both.proof = abi.encode(trails);
        bytes memory expected =
            abi.encodeWithSelector(ISignedLedger.ActionRefused.selector, 1, Reason.TrailMismatch);
        fail(expected, both.ledger, both.relay());
        trails[1] = otherTrail;
        trails[1].steps[0].signer = addressOf(RIVAL); // As if another had written it.
        both.proof = abi.encode(trails);
        fail(expected, both.ledger, both.relay());
        trails[1].steps[0].signer = addressOf(SUPPLIER);
        both.proof = abi.encode(trails);
        record(both);
    }

    function test_nothing_is_corrected_while_somebody_may_be_answering() external {
        dispatch(goods, TENANT);
        refuseCorrection(Reason.WrongState, SUPPLIER, goods.id(), 0);
        receiveIt(TENANT, goods);
        assertWaitsFor(TENANT, correct(SUPPLIER, goods.id(), 0));
    }

    /// @dev The receiver of the box agrees to the box's head alone.
    function test_nothing_is_corrected_inside_what_is_on_its_way() external {
        HoldingKey memory box = make(SUPPLIER, 2);
        pack(SUPPLIER, box, goods);
        dispatch(box, TENANT);
        vm.assertTrue(traceability.awaitsAnswer(goods.id()));
        refuseCorrection(Reason.WrongState, SUPPLIER, goods.id(), 0);
    }

    /// @dev A dispatch stands in two heads: it must not be corrected under the receiver's pen by way of the other.
    function test_nothing_is_corrected_in_a_consignment_while_a_line_of_it_awaits_its_answer() external {
        bytes32 consignment = idOf(consignmentOf(SUPPLIER, TENANT));
        dispatch(goods, TENANT);
        refuseCorrection(Reason.WrongState, SUPPLIER, consignment, 0);
        receiveIt(TENANT, goods);
        assertWaitsFor(TENANT, correct(SUPPLIER, consignment, 0));
    }

    function test_whoever_took_a_packing_must_agree_about_what_is_in_it() external {
        HoldingKey memory box = make(SUPPLIER, 2);
        pack(SUPPLIER, box, goods);
        handOver(box, TENANT);
        assertWaitsFor(TENANT, correct(SUPPLIER, goods.id(), 0));
    }

    function test_what_is_packed_too_deep_to_find_its_custodian_is_not_corrected() external {
        HoldingKey memory inner = goods;
        for (uint32 i = 2; i < 19; ++i) {
            HoldingKey memory outer = make(SUPPLIER, i);
            pack(SUPPLIER, outer, inner);
            inner = outer;
        }
        handOver(inner, TENANT);
        refuseCorrection(Reason.NestingTooDeep, SUPPLIER, goods.id(), 0);
    }

    /// @dev A friend who tidies up a lapsed dispatch has not built on anything; the tenant has.
    function test_an_accomplice_cannot_agree_for_whoever_has_the_goods() external {
        handOver(goods, TENANT);
        dispatch(goods, CARRIER);
        pass(2 days);
        endIt(RIVAL, goods);
        assertWaitsFor(TENANT, correct(SUPPLIER, goods.id(), 0));
    }

    function test_a_regulators_hold_does_not_let_the_regulator_agree_for_the_custodian() external {
        handOver(goods, TENANT);
        placeHold(REGULATOR, goods);
        assertWaitsFor(TENANT, correct(SUPPLIER, goods.id(), 0));
    }

    /// @dev Else the author could correct its proposal under the pen of whoever agrees to it.
    function test_a_pending_correction_is_not_corrected_itself() external {
        handOver(goods, TENANT);
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        (CorrectionKey memory second, Trail memory trail) = open(address(corrections), idOf(key), 0);
        refuse(Reason.WrongState, batch(keyOf(SUPPLIER), correcting(second), trail));
        agree(TENANT, key);
        (second, trail) = open(address(corrections), idOf(key), 0);
        record(batch(keyOf(SUPPLIER), correcting(second), trail));
        assertWaitsFor(TENANT, second);
    }

    function test_an_admission_is_not_corrected_before_the_authority_has_answered() external {
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(9, ROLE_LESSOR)));
        (CorrectionKey memory key, Trail memory trail) = open(address(participants), organisationId(9), 0);
        refuse(Reason.WrongState, batch(keyOf(OPERATOR), correcting(key), trail));
        record(Kinds.confirmAdmission(), AUTHORITY, abi.encode(confirmation(9)));
        correct(OPERATOR, address(participants), organisationId(9), 0);
        assertWaitsFor(9, key);
    }

    // ----------------------------------------------------------------------------------- until it is in force

    function test_one_correction_of_a_record_waits_at_a_time() external {
        handOver(goods, TENANT);
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        refuseCorrection(Reason.ProposalPending, SUPPLIER, goods.id(), 0);
        record(Kinds.endCorrection(), SUPPLIER, abi.encode(ending(key)));
        correct(SUPPLIER, goods.id(), 0);
        assertWaitsFor(TENANT, key);
    }

    function test_a_partner_agrees_to_the_head_it_saw_and_in_time() external {
        handOver(goods, TENANT);
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        Kind memory kind = Kinds.agreeCorrection();
        AgreeCorrection memory action = agreement(key);
        action.agreesTo = bytes24(uint192(1));
        refuse(Reason.WrongAgreesTo, kind, TENANT, abi.encode(action));
        action = agreement(key);
        action.occurredAt = time() + 1 hours;
        refuse(Reason.FromTheFuture, kind, TENANT, abi.encode(action));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_STOCK - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, kind, abi.encode(agreement(key)));
        pass(1); // A day went by until the clerk's key was valid.
        refuse(Reason.Lapsed, kind, TENANT, abi.encode(agreement(key)));
        vm.warp(time() - 1);
        agree(TENANT, key);
        refuse(Reason.WrongState, kind, TENANT, abi.encode(agreement(key)));
        refuse(Reason.NotFound, kind, TENANT, abi.encode(agreement(creationOf(make(SUPPLIER, 2)))));
    }

    function test_the_author_withdraws_the_partner_declines_and_anyone_tidies_up() external {
        handOver(goods, TENANT);
        Kind memory kind = Kinds.endCorrection();
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        refuse(Reason.WrongActor, kind, RIVAL, abi.encode(ending(key)));
        record(kind, SUPPLIER, abi.encode(ending(key)));
        assertStatus(CorrectionStatus.Ended, key);
        refuse(Reason.WrongState, kind, SUPPLIER, abi.encode(ending(key)));
        correct(SUPPLIER, goods.id(), 0);
        record(kind, TENANT, abi.encode(ending(key)));
        correct(SUPPLIER, goods.id(), 0);
        pass(1 days + 1);
        record(kind, RIVAL, abi.encode(ending(key)));
        (uint24 countersigner, uint64 lapsesAt) = corrections.pendingOf(idOf(key));
        vm.assertEq(0, countersigner + lapsesAt);
    }

    function test_a_correction_is_ended_at_the_seq_that_was_seen() external {
        handOver(goods, TENANT);
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        Kind memory kind = Kinds.endCorrection();
        EndCorrection memory action = ending(key);
        ++action.seq;
        refuse(Reason.StaleSeq, kind, SUPPLIER, abi.encode(action));
        action = ending(key);
        action.occurredAt = time() + 1 hours;
        refuse(Reason.FromTheFuture, kind, SUPPLIER, abi.encode(action));
        action = ending(creationOf(make(SUPPLIER, 2)));
        refuse(Reason.NotFound, kind, SUPPLIER, abi.encode(action));
    }

    function test_a_correction_that_waits_names_a_moment_to_come() external {
        (CorrectionKey memory key, Trail memory trail) = open(address(traceability), goods.id(), 0);
        CorrectDetails memory action = correcting(key);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refuse(Reason.Malformed, batch(keyOf(SUPPLIER), action, trail));
        action = correcting(key);
        action.occurredAt = time() + 1 hours;
        refuse(Reason.FromTheFuture, batch(keyOf(SUPPLIER), action, trail));
        handOver(goods, TENANT);
        (, trail) = open(address(traceability), goods.id(), 0);
        action = correcting(key);
        action.lapsesAt = time();
        refuse(Reason.Lapsed, batch(keyOf(SUPPLIER), action, trail));
    }

    function test_a_correction_with_as_many_records_as_it_can_hold_refuses() external {
        CorrectionKey memory key = correct(SUPPLIER, goods.id(), 0);
        bytes32 slot = keccak256(abi.encode(idOf(key), uint256(0)));
        vm.store(
            address(corrections), slot, vm.load(address(corrections), slot) | bytes32(uint256(0xffffff) << 16)
        );
        refuseCorrection(Reason.SeqExhausted, SUPPLIER, goods.id(), 0);
    }
}
