// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, CountersignReceipt, ReceiptKey, SettleDiscrepancy} from "../src/interfaces/IClaims.sol";
import {RIGHTS_KNOWN, RIGHT_ORDER, RIGHT_RECEIVE, RIGHT_STOCK} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {ConsignmentKey, HoldingKey, ReceiptOutcome, ReceiveDirect} from "../src/interfaces/ITraceability.sol";
import {Record} from "../src/types/Record.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Kinds} from "./support/Kinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice What the parties of a delivery say to one another after it.
contract ClaimsTest is Ordering {
    bytes32 private constant SECRET = keccak256("handed over with the goods");

    ConsignmentKey private consignment;

    function setUp() public override {
        super.setUp();
        consignment = consignmentOf(SUPPLIER, TENANT);
    }

    /// @dev The tenant receives the n-th holding of the supplier's lot, and says so.
    function deliver(uint32 n, ReceiptOutcome outcome) private {
        HoldingKey memory goods = make(SUPPLIER, n);
        dispatch(goods, TENANT);
        receiveIt(TENANT, goods, outcome);
    }

    function claimOn(bytes32 id) private view returns (Record) {
        return claims.recordOf(id);
    }

    function settling() private returns (SettleDiscrepancy memory) {
        return SettleDiscrepancy(consignment, recordOf(consignment).head(), time(), 1, root());
    }

    function settle(uint24 by) private {
        record(DealKinds.settleDiscrepancy(), by, abi.encode(settling()));
    }

    function refuseSettle(Reason reason, uint24 by, SettleDiscrepancy memory action) private {
        refuse(reason, DealKinds.settleDiscrepancy(), by, abi.encode(action));
    }

    // --------------------------------------------------------------------------------------- discrepancies

    function test_a_sender_agrees_to_what_was_found() external {
        deliver(1, ReceiptOutcome.Short);
        bytes24 head = recordOf(consignment).head();
        settle(SUPPLIER);
        bytes32 id = idOf(consignment);
        vm.assertEq(uint8(ClaimStatus.Agreed), claimOn(id).status());
        vm.assertEq(SUPPLIER, claims.answerableFor(id));
        vm.assertEq(bytes32(head), bytes32(claims.settledOf(id)));
        vm.assertEq(false, claims.awaitsAnswer(id));
        // The consignment itself stays as it was.
        vm.assertEq(bytes32(head), bytes32(recordOf(consignment).head()));
    }

    function test_a_receiver_withdraws_what_it_found() external {
        deliver(1, ReceiptOutcome.Over);
        settle(TENANT);
        vm.assertEq(uint8(ClaimStatus.Withdrawn), claimOn(idOf(consignment)).status());
    }

    function test_a_discrepancy_is_settled_once_and_again_when_it_is_disputed_anew() external {
        deliver(1, ReceiptOutcome.Short);
        settle(SUPPLIER);
        refuseSettle(Reason.WrongState, TENANT, settling());
        refuseSettle(Reason.WrongState, SUPPLIER, settling());
        deliver(2, ReceiptOutcome.Short);
        settle(TENANT);
        deliver(3, ReceiptOutcome.Over);
        settle(TENANT);
        deliver(4, ReceiptOutcome.Over);
        settle(SUPPLIER);
        vm.assertEq(4, claimOn(idOf(consignment)).seq());
    }

    function test_only_what_is_disputed_is_settled_at_the_head_that_was_seen() external {
        refuseSettle(Reason.NotFound, SUPPLIER, settling());
        deliver(1, ReceiptOutcome.Accepted);
        refuseSettle(Reason.WrongState, SUPPLIER, settling());
        deliver(2, ReceiptOutcome.Short);
        SettleDiscrepancy memory action = settling();
        deliver(3, ReceiptOutcome.Over);
        refuseSettle(Reason.WrongAgreesTo, SUPPLIER, action);
        action = settling();
        action.occurredAt = time() + 1 hours;
        refuseSettle(Reason.FromTheFuture, SUPPLIER, action);
    }

    function test_only_the_parties_settle_by_who_orders_or_receives() external {
        deliver(1, ReceiptOutcome.Short);
        refuseSettle(Reason.WrongActor, RIVAL, settling());
        refuseSettle(Reason.WrongActor, REGULATOR, settling());
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_ORDER - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, DealKinds.settleDiscrepancy(), abi.encode(settling()));
        recordBy(addKey(SUPPLIER, 3, RIGHT_ORDER), DealKinds.settleDiscrepancy(), abi.encode(settling()));
    }

    function test_a_claim_with_as_many_records_as_it_can_hold_refuses() external {
        deliver(1, ReceiptOutcome.Short);
        settle(SUPPLIER);
        bytes32 slot = keccak256(abi.encode(idOf(consignment), uint256(0)));
        vm.store(address(claims), slot, vm.load(address(claims), slot) | bytes32(uint256(0xffffff) << 16));
        deliver(2, ReceiptOutcome.Short);
        refuseSettle(Reason.SeqExhausted, SUPPLIER, settling());
    }

    // ------------------------------------------------------------------------------------ countersignatures

    /// @dev What the tenant took in from somebody who does not sign; named by its action hash.
    function receiveFromOutside(uint32 serial, bytes32 secret) private returns (ReceiptKey memory) {
        ReceiveDirect memory action =
            receivingDirect(HoldingKey(0, keccak256("a lot from outside"), TENANT, serial));
        action.claim = secret == 0 ? bytes32(0) : keccak256(abi.encodePacked(secret));
        record(Kinds.receiveDirect(), TENANT, abi.encode(action));
        return ReceiptKey(Kinds.receiveDirect().hash(abi.encode(action)));
    }

    function countersigning(ReceiptKey memory receipt) private returns (CountersignReceipt memory) {
        return CountersignReceipt(receipt, SECRET, time(), 1, root());
    }

    function refuseCountersign(Reason reason, uint24 by, CountersignReceipt memory action) private {
        refuse(reason, DealKinds.countersignReceipt(), by, abi.encode(action));
    }

    function test_whoever_knows_the_secret_countersigns_a_receipt_once() external {
        ReceiptKey memory receipt = receiveFromOutside(1, SECRET);
        record(DealKinds.countersignReceipt(), SUPPLIER, abi.encode(countersigning(receipt)));
        bytes32 id = vm.eip712HashStruct(DealKinds.RECEIPT, abi.encode(receipt));
        vm.assertEq(uint8(ClaimStatus.Countersigned), claimOn(id).status());
        vm.assertEq(SUPPLIER, claimOn(id).holder());
        refuseCountersign(Reason.AlreadyExists, SUPPLIER, countersigning(receipt));
        refuseCountersign(Reason.AlreadyExists, RIVAL, countersigning(receipt));
    }

    function test_a_receipt_is_countersigned_by_another_who_knows_the_secret() external {
        ReceiptKey memory receipt = receiveFromOutside(1, SECRET);
        refuseCountersign(Reason.WrongActor, TENANT, countersigning(receipt));
        CountersignReceipt memory action = countersigning(receipt);
        action.secret = keccak256("a guess");
        refuseCountersign(Reason.WrongAgreesTo, SUPPLIER, action);
        action = countersigning(receipt);
        action.occurredAt = time() + 1 hours;
        refuseCountersign(Reason.FromTheFuture, SUPPLIER, action);
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_ORDER - RIGHT_STOCK);
        bytes memory missing = abi.encode(countersigning(receipt));
        refuseBy(clerk, Reason.RightMissing, DealKinds.countersignReceipt(), missing);
    }

    function test_a_receipt_that_left_no_claim_is_not_countersigned() external {
        refuseCountersign(Reason.NotFound, SUPPLIER, countersigning(ReceiptKey(keccak256("nothing"))));
        refuseCountersign(Reason.NotFound, SUPPLIER, countersigning(receiveFromOutside(1, 0)));
    }
}
