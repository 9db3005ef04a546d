// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISignedLedger, Reason} from "../src/interfaces/ISignedLedger.sol";
import {HoldingKey, Origin, Verdict} from "../src/interfaces/ITraceability.sol";
import {EndAdmission, RIGHT_STOCK} from "../src/interfaces/IParticipants.sol";
import {Envelope, EnvelopeLibrary} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice One signature over many records: what it covers, once, here, and until when.
contract SignedBatchesTest is Goods {
    using Lots for HoldingKey;

    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @dev The n-th to the m-th holding come to be.
    function creations(uint32 from, uint32 to) private returns (Envelope memory) {
        bytes[] memory actions = new bytes[](to - from + 1);
        for (uint32 i; i < actions.length; ++i) {
            actions[i] = creation(holdingOf(SUPPLIER, from + i), Origin.Made);
        }
        return envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions);
    }

    function creation() private returns (Envelope memory) {
        return creations(1, 1);
    }

    function failing(bytes memory expected, Envelope memory batch) private {
        fail(expected, batch.ledger, batch.relay());
    }

    // ------------------------------------------------------------------------------------------- many records

    function test_one_signature_records_many_actions_in_order() external {
        record(creations(1, 20));
        for (uint32 i = 1; i <= 20; ++i) {
            vm.assertEq(1, seqOf(holdingOf(SUPPLIER, i)));
        }
    }

    function test_a_half_good_batch_records_the_good_half_and_logs_why_not_the_other() external {
        make(SUPPLIER, 2);
        make(SUPPLIER, 3);
        vm.assertEq(2, recordSome(creations(1, 4)));
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 1)));
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 4)));
    }

    function test_a_half_good_batch_of_all_or_nothing_writes_nothing_and_spends_no_nonce() external {
        make(SUPPLIER, 2);
        Envelope memory batch = creations(1, 4);
        batch.mode = ALL;
        failing(abi.encodeWithSelector(ISignedLedger.ActionRefused.selector, 1, Reason.AlreadyExists), batch);
        vm.assertEq(0, seqOf(holdingOf(SUPPLIER, 1)));
        vm.assertEq(false, isSpent(batch));
    }

    function test_a_good_batch_of_all_or_nothing_records_all() external {
        Envelope memory batch = creations(1, 4);
        batch.mode = ALL;
        record(batch);
        vm.assertTrue(isSpent(batch));
    }

    function test_a_batch_that_records_nothing_reverts_with_the_first_reason_and_spends_no_nonce() external {
        make(SUPPLIER, 1);
        Envelope memory batch = creation();
        refuse(Reason.AlreadyExists, batch);
        vm.assertEq(false, isSpent(batch));
    }

    function test_a_batch_relayed_too_early_is_recorded_when_its_time_has_come() external {
        HoldingKey memory lot = holdingOf(SUPPLIER, 1);
        Envelope memory first = creation();
        record(first);
        Envelope memory second =
            envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), creation(holdingOf(SUPPLIER, 2), Origin.Made));
        vm.warp(time() - 6 minutes);
        refuse(Reason.FromTheFuture, second);
        pass(6 minutes);
        record(second);
        vm.assertEq(1, seqOf(lot));
    }

    function test_five_minutes_of_a_fast_clock_are_forgiven_and_lateness_always() external {
        bytes memory action = creation(holdingOf(SUPPLIER, 1), Origin.Made);
        vm.warp(time() - 5 minutes - 1);
        refuseLot(Reason.FromTheFuture, SUPPLIER, action);
        pass(1);
        recordLot(SUPPLIER, action);
        action = creation(holdingOf(SUPPLIER, 2), Origin.Made);
        pass(900 days);
        recordLot(SUPPLIER, action);
    }

    function test_five_minutes_are_forgiven_to_every_other_kind_of_action_too() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        bytes memory action = placing(goods);
        vm.warp(time() - 5 minutes - 1);
        refuse(Reason.FromTheFuture, Kinds.placeHold(), REGULATOR, action);
        pass(1);
        record(Kinds.placeHold(), REGULATOR, action);
    }

    function test_an_empty_batch_is_refused() external {
        Envelope memory batch = creation();
        batch.actions = new bytes[](0);
        failing(abi.encodeWithSelector(ISignedLedger.BatchEmpty.selector), batch);
    }

    // ------------------------------------------------------------------------------------------------ nonces

    function test_a_batch_is_recorded_once() external {
        Envelope memory batch = creation();
        record(batch);
        failing(abi.encodeWithSelector(ISignedLedger.NonceUsed.selector, batch.signer(), batch.nonce), batch);
    }

    function test_nonces_need_no_order_and_belong_to_their_signer() external {
        uint256[4] memory nonces = [type(uint256).max, 0, 256, 255];
        for (uint32 i; i < 4; ++i) {
            Envelope memory batch = creations(i + 1, i + 1);
            batch.nonce = nonces[i];
            record(batch);
            vm.assertTrue(isSpent(batch));
        }
        Envelope memory theirs =
            envelope(Kinds.recordLotEvent(), keyOf(RIVAL), creation(holdingOf(RIVAL, 1), Origin.Made));
        theirs.nonce = 0;
        record(theirs);
    }

    function test_a_signer_calls_back_batches_it_handed_out() external {
        Envelope memory batch = creation();
        batch.nonce = 0x1234;
        (uint256 word, uint256 mask) = (0x12, uint256(1) << 0x34 | 1);
        cancel(batch, word, mask, time());
        failing(abi.encodeWithSelector(ISignedLedger.NonceUsed.selector, batch.signer(), batch.nonce), batch);
        vm.assertEq(mask, traceability.noncesOf(batch.signer(), word));
        cancel(batch, word, 2, time());
        vm.assertEq(mask | 2, traceability.noncesOf(batch.signer(), word));
    }

    function test_nobody_else_cancels_a_nonce_and_nobody_after_the_deadline() external {
        Envelope memory batch = creation();
        bytes memory theirs = cancellation(keyOf(RIVAL), 0, 1, time());
        bytes memory late = cancellation(batch.secret, 0, 1, time() - 1);
        fail(
            abi.encodeWithSelector(ISignedLedger.SignatureInvalid.selector),
            batch.ledger,
            cancelling(batch, 0, 1, time(), theirs)
        );
        fail(
            abi.encodeWithSelector(ISignedLedger.DeadlineExpired.selector, time() - 1),
            batch.ledger,
            cancelling(batch, 0, 1, time() - 1, late)
        );
        fail(
            abi.encodeWithSelector(ISignedLedger.SignatureInvalid.selector),
            batch.ledger,
            cancelling(batch, 0, 3, time(), cancellation(batch.secret, 0, 1, time()))
        );
    }

    function isSpent(Envelope memory batch) private view returns (bool) {
        uint256 used = ISignedLedger(batch.ledger).noncesOf(batch.signer(), batch.nonce / 256);
        return (used >> (batch.nonce % 256)) % 2 == 1;
    }

    function cancel(Envelope memory batch, uint256 word, uint256 mask, uint64 deadline) private {
        bytes memory signature = cancellation(batch.secret, word, mask, deadline);
        traceability.cancelNonces(batch.signer(), word, mask, deadline, signature);
    }

    function cancelling(
        Envelope memory batch,
        uint256 word,
        uint256 mask,
        uint64 deadline,
        bytes memory signature
    ) private pure returns (bytes memory) {
        return abi.encodeCall(ISignedLedger.cancelNonces, (batch.signer(), word, mask, deadline, signature));
    }

    function cancellation(uint256 secret, uint256 word, uint256 mask, uint64 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 hash = vm.eip712HashStruct(
            "CancelNonces(uint256 word,uint256 mask,uint64 deadline)", abi.encode(word, mask, deadline)
        );
        return EnvelopeLibrary.sign(secret, EnvelopeLibrary.typed(address(traceability), hash));
    }

    // --------------------------------------------------------------------------------------- what was signed

    function test_a_batch_is_recorded_until_its_deadline_and_not_a_second_longer() external {
        Envelope memory batch = creations(1, 1);
        batch.deadline = time();
        record(batch);
        batch = creations(2, 2);
        batch.deadline = time();
        pass(1);
        failing(abi.encodeWithSelector(ISignedLedger.DeadlineExpired.selector, batch.deadline), batch);
    }

    function test_a_mode_that_does_not_exist_is_refused() external {
        Envelope memory batch = creation();
        batch.mode = 2;
        failing(abi.encodeWithSelector(ISignedLedger.ModeUnknown.selector, 2), batch);
    }

    function test_nothing_of_what_was_signed_can_be_changed_on_the_way() external {
        Envelope memory batch = creations(1, 2);
        bytes memory signature = batch.signature();
        (bytes memory first, bytes memory second) = (batch.actions[0], batch.actions[1]);
        address signer = batch.signer();
        (batch.actions[0], batch.actions[1]) = (second, first);
        tampered(batch, signer, signature);
        (batch.actions[0], batch.actions[1]) = (first, first);
        tampered(batch, signer, signature);
        batch.actions[1] = creation(holdingOf(SUPPLIER, 2), Origin.Made); // another root
        tampered(batch, signer, signature);
        batch.actions[1] = second;
        ++batch.nonce;
        tampered(batch, signer, signature);
        --batch.nonce;
        ++batch.deadline;
        tampered(batch, signer, signature);
        --batch.deadline;
        batch.mode = ALL;
        tampered(batch, signer, signature);
        batch.mode = EACH;
        tampered(batch, addressOf(RIVAL), signature);
        record(batch);
    }

    function tampered(Envelope memory batch, address signer, bytes memory signature) private {
        fail(
            abi.encodeWithSelector(ISignedLedger.SignatureInvalid.selector),
            batch.ledger,
            batch.call(signer, signature)
        );
    }

    function test_the_high_s_twin_of_a_signature_is_refused() external {
        Envelope memory batch = creation();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(batch.secret, batch.digest());
        vm.assertLe(uint256(s), HALF_ORDER);
        tampered(batch, batch.signer(), abi.encodePacked(r, ORDER - uint256(s), 55 - v));
    }

    function test_a_signature_of_any_other_form_is_refused() external {
        Envelope memory batch = creation();
        address signer = batch.signer();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(batch.secret, batch.digest());
        tampered(batch, signer, "");
        tampered(batch, signer, abi.encodePacked(r, s));
        tampered(batch, signer, abi.encodePacked(r, s, v, uint8(0)));
        tampered(batch, signer, abi.encodePacked(r, s, v - 27));
        tampered(batch, address(0), abi.encodePacked(r, s, uint8(29)));
        tampered(batch, address(0), new bytes(65));
    }

    function test_a_batch_counts_on_its_own_ledger_only() external {
        Envelope memory batch = envelope(Kinds.endRecall(), keyOf(SUPPLIER), endingRecall(SUPPLIER));
        bytes memory signature = batch.signature();
        // A twin of the ledger, with the same participants.
        batch.ledger = vm.deployCode("Recalls.sol:Recalls", abi.encode(participants, succession));
        tampered(batch, batch.signer(), signature);
    }

    function test_a_batch_counts_on_its_own_chain_only() external {
        Envelope memory batch = creation();
        bytes memory signature = batch.signature();
        bytes32 separator = traceability.domainSeparator();
        vm.chainId(block.chainid + 1);
        tampered(batch, batch.signer(), signature);
        vm.assertTrue(separator != traceability.domainSeparator());
        record(batch); // Signed anew, for this chain.
    }

    function test_an_action_of_one_kind_does_not_count_as_another() external {
        // EndAdmission and ReinstateOrganisation have the same fields.
        EndAdmission memory action = EndAdmission(TENANT, 2, time(), 1, root());
        Envelope memory batch = envelope(Kinds.endAdmission(), keyOf(OPERATOR), abi.encode(action));
        bytes memory signature = batch.signature();
        batch.kind = Kinds.reinstateOrganisation();
        tampered(batch, batch.signer(), signature);
    }

    // ----------------------------------------------------------------------------------------------- signers

    function test_an_unknown_key_signs_nothing() external {
        Envelope memory batch = creation();
        batch.secret = uint256(keccak256("stranger"));
        failing(abi.encodeWithSelector(ISignedLedger.SignerUnknown.selector, batch.signer()), batch);
    }

    function test_a_key_signs_from_its_first_second_to_before_its_last() external {
        uint256 secret = keyOf(SUPPLIER, 2);
        recordBy(keyOf(SUPPLIER), Kinds.grantKey(), abi.encode(grant(SUPPLIER, secret, RIGHT_STOCK)));
        uint256 granted = time();
        recordBy(secret, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
        Envelope memory batch = creation();
        batch.secret = secret;
        batch.deadline = type(uint64).max;
        bytes memory expected = abi.encodeWithSelector(ISignedLedger.SignerNotValid.selector, batch.signer());
        vm.warp(granted + GRANT_DELAY - 1);
        failing(expected, batch);
        vm.warp(granted + 365 days);
        failing(expected, batch);
        vm.warp(granted + 365 days - 1);
        record(batch);
        batch = creations(2, 2);
        batch.secret = secret;
        vm.warp(granted + GRANT_DELAY);
        batch.actions[0] = creation(holdingOf(SUPPLIER, 2), Origin.Made);
        record(batch);
    }

    function test_anybody_may_relay() external {
        Envelope memory batch = creation();
        Relayer relayer = new Relayer();
        relayer.relay(batch.ledger, batch.relay());
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 1)));
    }

    // ---------------------------------------------------------------------------------------------- storage

    function test_records_stand_at_storage_slot_0() external {
        HoldingKey memory lot = make(SUPPLIER, 1);
        bytes32 slot = keccak256(abi.encode(lot.id(), uint256(0)));
        vm.assertTrue(vm.load(address(traceability), slot) != 0);
        vm.store(address(traceability), slot, bytes32(uint256(7)));
        vm.assertEq(7, uint256(vm.load(address(traceability), slot)));
        vm.assertEq(7, traceability.recordOf(lot.id()).flags());
    }

    function test_a_ledger_is_not_deployed_where_blocks_count_milliseconds() external {
        vm.warp(1_700_000_000_000);
        vm.expectRevert(abi.encodeWithSelector(ISignedLedger.ClockInMilliseconds.selector));
        vm.deployCode("Recalls.sol:Recalls", abi.encode(participants, succession));
    }

    function test_a_subject_with_as_many_records_as_it_can_hold_refuses_and_never_wraps() external {
        HoldingKey memory lot = make(SUPPLIER, 1);
        bytes32 full = bytes32(
            uint256(bytes32(recordOf(lot).head())) | uint256(SUPPLIER) << 40 | 0xffffff << 16 | 1 << 8
        );
        vm.store(address(traceability), keccak256(abi.encode(lot.id(), uint256(0))), full);
        refuseLot(Reason.SeqExhausted, SUPPLIER, observation(lot));
        refuseDispatch(Reason.SeqExhausted, SUPPLIER, dispatching(lot, TENANT));
        refuseReceipt(Reason.SeqExhausted, SUPPLIER, receiving(lot));
        refuseEnding(Reason.SeqExhausted, SUPPLIER, ending(lot));
        refuseVerdict(Reason.SeqExhausted, SUPPLIER, lot, Verdict.Pass);
        refuse(Reason.SeqExhausted, Kinds.placeHold(), SUPPLIER, placing(lot));
    }
}

/// @dev Somebody without a key.
contract Relayer {
    function relay(address ledger, bytes calldata call) external {
        (bool done,) = ledger.call(call);
        vm.assertTrue(done);
    }
}
