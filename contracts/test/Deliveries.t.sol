// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_QUALITY, RIGHT_RECEIVE} from "../src/interfaces/IParticipants.sol";
import {IssueOrder, OrderKey} from "../src/interfaces/IProcurement.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    DispatchGoods,
    HoldingKey,
    HoldingStatus,
    Origin,
    ReceiptOutcome,
    ReceiveDirect,
    ReceiveGoods,
    Verdict
} from "../src/interfaces/ITraceability.sol";
import {FLAG_QUARANTINED} from "../src/types/Record.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice Goods delivered on an order, and goods from somebody who does not sign.
contract DeliveriesTest is Ordering {
    using Lots for HoldingKey;

    // Lines of the order: two of goods, the second into quarantine, and a service.
    uint8 private constant PLAIN = 0;
    uint8 private constant JUDGED_FIRST = 1;
    uint8 private constant SERVICE = 2;

    HoldingKey private goods;
    OrderKey private order;

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
        order = orderOf(TENANT, SUPPLIER, 1);
        IssueOrder memory action = issuing(order, 3, 2 ** SERVICE);
        action.quarantines = 2 ** JUDGED_FIRST;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
    }

    function delivering(HoldingKey memory holding, uint8 line) private returns (DispatchGoods memory action) {
        action = dispatching(holding, TENANT);
        (action.order, action.line) = (idOf(order), line);
    }

    function deliver(HoldingKey memory holding, uint8 line) private {
        record(Kinds.dispatchGoods(), SUPPLIER, abi.encode(delivering(holding, line)));
    }

    /// @dev Something of a maker who is not on this ledger.
    function bought(uint32 serial) private pure returns (HoldingKey memory) {
        return HoldingKey(0, keccak256("no maker on this ledger"), TENANT, serial);
    }

    function refuseDirect(Reason reason, uint24 organisation, ReceiveDirect memory action) private {
        refuse(reason, Kinds.receiveDirect(), organisation, abi.encode(action));
    }

    function receiveDirect(ReceiveDirect memory action) private {
        record(Kinds.receiveDirect(), TENANT, abi.encode(action));
    }

    // ----------------------------------------------------------------------------------------------- dispatch

    function test_goods_are_dispatched_on_an_open_line_of_a_confirmed_order() external {
        refuseDispatch(Reason.WrongState, SUPPLIER, delivering(goods, PLAIN));
        confirm(order);
        refuseDispatch(Reason.LineClosed, SUPPLIER, delivering(goods, SERVICE));
        refuseDispatch(Reason.LineClosed, SUPPLIER, delivering(goods, 3));
        refuseDispatch(Reason.LineClosed, SUPPLIER, delivering(goods, 255));
        deliver(goods, PLAIN);
        receiveIt(TENANT, goods);
        vm.assertEq(0, recordOf(goods).flags());
        close(order, 2 ** PLAIN);
        refuseDispatch(Reason.LineClosed, SUPPLIER, delivering(make(SUPPLIER, 2), PLAIN));
    }

    function test_an_order_takes_several_dispatches_even_while_a_change_is_proposed() external {
        confirm(order);
        deliver(goods, PLAIN);
        propose(SUPPLIER, order, 0);
        HoldingKey memory second = make(SUPPLIER, 2);
        deliver(second, PLAIN);
        receiveIt(TENANT, goods);
        receiveIt(TENANT, second);
    }

    function test_an_order_is_delivered_on_by_its_supplier_to_its_buyer() external {
        confirm(order);
        DispatchGoods memory action = dispatching(goods, CARRIER);
        action.order = idOf(order);
        refuseDispatch(Reason.WrongActor, SUPPLIER, action);
        HoldingKey memory theirs = make(RIVAL, 1);
        action = dispatching(theirs, TENANT);
        action.order = idOf(order);
        refuseDispatch(Reason.WrongActor, RIVAL, action);
        action = delivering(goods, PLAIN);
        action.order = keccak256("no such order");
        refuseDispatch(Reason.NotFound, SUPPLIER, action);
    }

    /// @dev It was so agreed: neither sender nor receiver has to say it again, nor can they leave it out.
    function test_an_order_can_want_its_goods_judged_on_receipt() external {
        confirm(order);
        deliver(goods, JUDGED_FIRST);
        vm.assertEq(0, recordOf(goods).flags());
        receiveIt(TENANT, goods, ReceiptOutcome.Short);
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
        refuseVerdict(Reason.SameSigner, TENANT, goods, Verdict.Pass);
        uint256 quality = addKey(TENANT, 2, RIGHT_QUALITY);
        recordBy(quality, Kinds.judgeHolding(), judging(goods, Verdict.Pass));
    }

    function test_what_an_order_wants_judged_is_known_at_dispatch_and_forgotten_with_it() external {
        confirm(order);
        deliver(goods, JUDGED_FIRST);
        receiveIt(TENANT, goods, ReceiptOutcome.Rejected);
        vm.assertEq(0, recordOf(goods).flags());
        deliver(goods, PLAIN);
        receiveIt(TENANT, goods);
        vm.assertEq(0, recordOf(goods).flags());
    }

    function test_a_line_closed_meanwhile_stops_nothing_that_is_on_its_way() external {
        confirm(order);
        deliver(goods, JUDGED_FIRST);
        close(order, 7);
        receiveIt(TENANT, goods);
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
    }

    function test_a_return_is_on_no_order() external {
        confirm(order);
        deliver(goods, PLAIN);
        receiveIt(TENANT, goods);
        DispatchGoods memory action = dispatching(goods, SUPPLIER);
        action.order = idOf(order);
        refuseDispatch(Reason.WrongActor, TENANT, action);
        handOver(goods, SUPPLIER);
    }

    function test_an_order_or_a_receiver_quarantines_and_neither_takes_it_back() external {
        confirm(order);
        deliver(goods, JUDGED_FIRST);
        ReceiveGoods memory answer = receiving(goods);
        answer.quarantine = true;
        record(Kinds.receiveGoods(), TENANT, abi.encode(answer));
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
        handOver(goods, SUPPLIER);
        deliver(goods, PLAIN);
        receiveIt(TENANT, goods); // It went in, and nobody passed it.
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
    }

    // -------------------------------------------------------------------------------------- one-sided receipts

    function test_goods_from_somebody_who_does_not_sign_are_received_by_one_side() external {
        receiveDirect(receivingDirect(bought(1)));
        vm.assertEq(TENANT, custodianOf(bought(1)));
        vm.assertEq(uint8(HoldingStatus.Held), recordOf(bought(1)).status());
        vm.assertEq(0, recordOf(bought(1)).flags());
        (address receiver, uint24 from) = traceability.receiptOf(bought(1).id());
        vm.assertEq(addressOf(TENANT), receiver);
        vm.assertEq(0, from);
        handOver(bought(1), SUPPLIER);
    }

    function test_a_one_sided_receipt_makes_a_new_holding_of_the_receiver() external {
        receiveDirect(receivingDirect(bought(1)));
        refuseDirect(Reason.AlreadyExists, TENANT, receivingDirect(bought(1)));
        refuseLot(Reason.AlreadyExists, TENANT, creation(bought(1), Origin.BroughtIn));
        refuseDirect(Reason.WrongActor, RIVAL, receivingDirect(bought(2)));
        refuseDirect(Reason.WrongActor, TENANT, receivingDirect(goods));
        refuseDirect(Reason.AlreadyExists, SUPPLIER, receivingDirect(goods));
        ReceiveDirect memory action = receivingDirect(bought(2));
        action.occurredAt = time() + 1 hours;
        refuseDirect(Reason.FromTheFuture, TENANT, action);
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_RECEIVE);
        bytes memory late = abi.encode(receivingDirect(bought(2)));
        refuseBy(clerk, Reason.RightMissing, Kinds.receiveDirect(), late);
    }

    function test_a_one_sided_receipt_begins_something_new() external {
        suspend(TENANT);
        refuseDirect(Reason.OrganisationSuspended, TENANT, receivingDirect(bought(1)));
        finishLedgers();
        HoldingKey memory other = HoldingKey(0, keccak256("no maker on this ledger"), CARRIER, 1);
        refuseDirect(Reason.LedgerFinishing, CARRIER, receivingDirect(other));
    }

    function test_a_one_sided_receipt_keeps_the_claim_its_sender_may_countersign_by() external {
        ReceiveDirect memory action = receivingDirect(bought(1));
        action.claim = keccak256("of a secret");
        receiveDirect(action);
        bytes32 receipt = Kinds.receiveDirect().hash(abi.encode(action));
        (bytes32 claim, uint24 receiver) = traceability.claimOf(receipt);
        vm.assertEq(keccak256("of a secret"), claim);
        vm.assertEq(TENANT, receiver);
        action = receivingDirect(bought(2));
        receiveDirect(action);
        (claim, receiver) = traceability.claimOf(Kinds.receiveDirect().hash(abi.encode(action)));
        vm.assertEq(0, claim);
        vm.assertEq(0, receiver);
    }

    function test_a_one_sided_receipt_is_on_an_open_line_of_an_order_of_the_receiver() external {
        ReceiveDirect memory action = receivingDirect(bought(1));
        (action.order, action.line) = (idOf(order), PLAIN);
        refuseDirect(Reason.WrongState, TENANT, action);
        confirm(order);
        action.line = SERVICE;
        refuseDirect(Reason.LineClosed, TENANT, action);
        action.line = JUDGED_FIRST;
        receiveDirect(action);
        vm.assertEq(FLAG_QUARANTINED, recordOf(bought(1)).flags());
        action.holding = bought(2);
        action.line = PLAIN;
        receiveDirect(action);
        vm.assertEq(0, recordOf(bought(2)).flags());
        action.holding = HoldingKey(0, keccak256("no maker on this ledger"), CARRIER, 1);
        refuseDirect(Reason.WrongActor, CARRIER, action);
        action.order = keccak256("no such order");
        refuseDirect(Reason.NotFound, CARRIER, action);
    }
}
