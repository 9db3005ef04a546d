// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    RIGHTS_KNOWN,
    RIGHT_QUALITY,
    RIGHT_RECEIVE,
    RIGHT_STOCK,
    ROLE_LESSOR
} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    AcceptCustody,
    BREACH_USED_WHILE_HELD,
    EndOffer,
    HoldingKey,
    HoldingStatus,
    OfferCustody,
    PlaceHold,
    ReleaseHold
} from "../src/interfaces/ITraceability.sol";
import {FLAG_BREACH, FLAG_HELD_BY_PARTY, FLAG_HELD_BY_REGULATOR, Record} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Custody passes by two signatures; holds stop it.
contract CustodyTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private goods;

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
    }

    function refuseOffer(Reason reason, uint24 by, OfferCustody memory action) private {
        refuse(reason, Kinds.offerCustody(), by, abi.encode(action));
    }

    function offered(uint24 to) private returns (OfferCustody memory) {
        return OfferCustody(goods, seqOf(goods), to, time() + 1 days, time(), 1, root());
    }

    // --------------------------------------------------------------------------------------------- offers

    function test_custody_passes_when_the_receiver_signs_and_not_before() external {
        offer(goods, TENANT);
        vm.assertEq(SUPPLIER, custodianOf(goods));
        (uint24 to, uint64 lapsesAt) = traceability.offerOf(goods.id());
        vm.assertEq(TENANT, to);
        vm.assertEq(time() + 1 days, lapsesAt);
        accept(TENANT, goods);
        vm.assertEq(TENANT, custodianOf(goods));
        vm.assertEq(uint8(HoldingStatus.Held), recordOf(goods).status());
        (to, lapsesAt) = traceability.offerOf(goods.id());
        vm.assertEq(0, to + lapsesAt);
        refuseLot(Reason.NotCustodian, SUPPLIER, observation(goods));
    }

    function test_only_the_custodian_offers_what_it_has() external {
        refuseOffer(Reason.NotCustodian, RIVAL, offered(TENANT));
        refuseOffer(Reason.NotCustodian, OPERATOR, offered(TENANT));
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_STOCK);
        refuseBy(clerk, Reason.RightMissing, Kinds.offerCustody(), abi.encode(offered(TENANT)));
        OfferCustody memory action = offered(TENANT);
        action.holding.serial = 99;
        refuseOffer(Reason.NotFound, SUPPLIER, action);
        recordLot(SUPPLIER, consumption(goods));
        refuseOffer(Reason.Closed, SUPPLIER, offered(TENANT));
    }

    function test_an_offer_is_to_another_member_until_a_moment_to_come() external {
        refuseOffer(Reason.WrongActor, SUPPLIER, offered(SUPPLIER));
        refuseOffer(Reason.OrganisationUnknown, SUPPLIER, offered(9));
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(9, ROLE_LESSOR)));
        refuseOffer(Reason.OrganisationUnknown, SUPPLIER, offered(9));
        OfferCustody memory action = offered(TENANT);
        action.lapsesAt = time();
        refuseOffer(Reason.Lapsed, SUPPLIER, action);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refuseOffer(Reason.Malformed, SUPPLIER, action);
        action = offered(TENANT);
        action.occurredAt = time() + 1 hours;
        refuseOffer(Reason.FromTheFuture, SUPPLIER, action);
        action = offered(TENANT);
        ++action.seq;
        refuseOffer(Reason.StaleSeq, SUPPLIER, action);
    }

    function test_what_is_on_offer_is_not_offered_again_nor_used_nor_split() external {
        offer(goods, TENANT);
        refuseOffer(Reason.WrongState, SUPPLIER, offered(RIVAL));
        refuseLot(Reason.WrongState, SUPPLIER, consumption(goods));
        refuseLot(Reason.WrongState, SUPPLIER, splitting(goods, holdingOf(SUPPLIER, 2)));
        HoldingKey memory box = make(SUPPLIER, 3);
        refuseLot(Reason.WrongState, SUPPLIER, packing(box, goods));
    }

    function test_only_the_one_it_was_offered_to_accepts() external {
        offer(goods, TENANT);
        refuse(Reason.WrongActor, Kinds.acceptCustody(), RIVAL, acceptance(goods));
        refuse(Reason.WrongActor, Kinds.acceptCustody(), SUPPLIER, acceptance(goods));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, Kinds.acceptCustody(), acceptance(goods));
    }

    function test_a_receiver_agrees_to_one_offer_and_to_no_other() external {
        refuse(Reason.WrongState, Kinds.acceptCustody(), TENANT, acceptance(goods));
        offer(goods, TENANT);
        bytes memory answer = acceptance(goods);
        record(Kinds.endOffer(), SUPPLIER, ending(goods));
        refuse(Reason.WrongAgreesTo, Kinds.acceptCustody(), TENANT, answer);
        offer(goods, TENANT);
        refuse(Reason.WrongAgreesTo, Kinds.acceptCustody(), TENANT, answer);
        AcceptCustody memory action =
            AcceptCustody(goods, recordOf(goods).head(), time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.acceptCustody(), TENANT, abi.encode(action));
        action.holding.serial = 99;
        action.occurredAt = time();
        refuse(Reason.NotFound, Kinds.acceptCustody(), TENANT, abi.encode(action));
        accept(TENANT, goods);
    }

    function test_whatever_happens_to_goods_on_offer_makes_the_receiver_look_again() external {
        offer(goods, TENANT);
        bytes memory answer = acceptance(goods);
        recordLot(SUPPLIER, observation(goods));
        refuse(Reason.WrongAgreesTo, Kinds.acceptCustody(), TENANT, answer);
        accept(TENANT, goods);
    }

    function test_an_offer_is_accepted_until_it_lapses() external {
        offer(goods, TENANT);
        bytes memory answer = acceptance(goods);
        pass(1 days + 1);
        refuse(Reason.Lapsed, Kinds.acceptCustody(), TENANT, answer);
        vm.warp(time() - 1);
        record(Kinds.acceptCustody(), TENANT, answer);
    }

    function test_the_giver_withdraws_and_the_receiver_declines() external {
        offer(goods, TENANT);
        record(Kinds.endOffer(), SUPPLIER, ending(goods));
        vm.assertEq(uint8(HoldingStatus.Held), recordOf(goods).status());
        offer(goods, TENANT);
        record(Kinds.endOffer(), TENANT, ending(goods));
        vm.assertEq(SUPPLIER, custodianOf(goods));
        refuse(Reason.WrongState, Kinds.endOffer(), SUPPLIER, ending(goods));
    }

    function test_a_third_party_ends_an_offer_only_once_it_has_lapsed() external {
        offer(goods, TENANT);
        pass(1 days);
        refuse(Reason.WrongActor, Kinds.endOffer(), RIVAL, ending(goods));
        pass(1);
        uint256 clerk = addKey(RIVAL, 2, RIGHTS_KNOWN - RIGHT_STOCK - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, Kinds.endOffer(), ending(goods));
        record(Kinds.endOffer(), RIVAL, ending(goods));
        vm.assertEq(SUPPLIER, custodianOf(goods));
    }

    function test_an_offer_is_ended_at_the_seq_that_was_seen() external {
        offer(goods, TENANT);
        EndOffer memory action = EndOffer(goods, seqOf(goods) - 1, time(), 1, root());
        refuse(Reason.StaleSeq, Kinds.endOffer(), SUPPLIER, abi.encode(action));
        action = EndOffer(goods, seqOf(goods), time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.endOffer(), SUPPLIER, abi.encode(action));
        action.holding.serial = 99;
        action.occurredAt = time();
        refuse(Reason.NotFound, Kinds.endOffer(), SUPPLIER, abi.encode(action));
    }

    // ---------------------------------------------------------------------------------------------- holds

    function test_a_custodian_holds_and_releases_what_it_has() external {
        placeHold(SUPPLIER, goods);
        vm.assertTrue(recordOf(goods).has(FLAG_HELD_BY_PARTY));
        refuseOffer(Reason.Held, SUPPLIER, offered(TENANT));
        refuse(Reason.Held, Kinds.placeHold(), SUPPLIER, placing(goods));
        releaseHold(SUPPLIER, goods);
        refuse(Reason.WrongState, Kinds.releaseHold(), SUPPLIER, releasing(goods));
        handOver(goods, TENANT);
    }

    function test_a_regulator_holds_what_lies_anywhere_and_alone_releases_it() external {
        placeHold(REGULATOR, goods);
        vm.assertTrue(recordOf(goods).has(FLAG_HELD_BY_REGULATOR));
        vm.assertEq(SUPPLIER, custodianOf(goods));
        refuse(Reason.WrongState, Kinds.releaseHold(), SUPPLIER, releasing(goods));
        refuse(Reason.NotCustodian, Kinds.releaseHold(), OPERATOR, releasing(goods));
        placeHold(SUPPLIER, goods); // Both may hold at once.
        releaseHold(REGULATOR, goods);
        refuseOffer(Reason.Held, SUPPLIER, offered(TENANT));
        releaseHold(SUPPLIER, goods);
        handOver(goods, TENANT);
    }

    function test_a_hold_stops_goods_that_are_on_offer_already() external {
        offer(goods, TENANT);
        placeHold(REGULATOR, goods);
        refuse(Reason.Held, Kinds.acceptCustody(), TENANT, acceptance(goods));
        record(Kinds.endOffer(), SUPPLIER, ending(goods));
        refuseOffer(Reason.Held, SUPPLIER, offered(TENANT));
    }

    function test_nobody_holds_what_lies_with_another_but_a_regulator() external {
        refuse(Reason.NotCustodian, Kinds.placeHold(), RIVAL, placing(goods));
        refuse(Reason.NotCustodian, Kinds.placeHold(), OPERATOR, placing(goods));
        refuse(Reason.NotCustodian, Kinds.placeHold(), AUTHORITY, placing(goods));
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_QUALITY);
        refuseBy(clerk, Reason.RightMissing, Kinds.placeHold(), placing(goods));
        placeHold(SUPPLIER, goods);
        refuseBy(clerk, Reason.RightMissing, Kinds.releaseHold(), releasing(goods));
        refuse(Reason.NotCustodian, Kinds.releaseHold(), RIVAL, releasing(goods));
    }

    function test_a_hold_is_on_something_that_is_there() external {
        PlaceHold memory action = PlaceHold(holdingOf(SUPPLIER, 99), time(), 1, root());
        refuse(Reason.NotFound, Kinds.placeHold(), REGULATOR, abi.encode(action));
        action = PlaceHold(goods, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.placeHold(), REGULATOR, abi.encode(action));
        placeHold(REGULATOR, goods);
        ReleaseHold memory release = ReleaseHold(goods, seqOf(goods) - 1, time(), 1, root());
        refuse(Reason.StaleSeq, Kinds.releaseHold(), REGULATOR, abi.encode(release));
        release = ReleaseHold(goods, seqOf(goods), time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.releaseHold(), REGULATOR, abi.encode(release));
        release.holding.serial = 99;
        release.occurredAt = time();
        refuse(Reason.NotFound, Kinds.releaseHold(), REGULATOR, abi.encode(release));
        recordLot(SUPPLIER, consumption(goods));
        refuse(Reason.Closed, Kinds.placeHold(), REGULATOR, placing(goods));
    }

    function test_using_held_goods_up_is_recorded_as_a_breach() external {
        placeHold(REGULATOR, goods);
        vm.assertEq(BREACH_USED_WHILE_HELD, breachesOf(SUPPLIER, consumption(goods)));
        vm.assertTrue(recordOf(goods).has(FLAG_BREACH));
    }

    function test_a_breach_is_of_its_own_event_not_of_the_next_in_the_batch() external {
        HoldingKey memory other = make(SUPPLIER, 2);
        placeHold(REGULATOR, goods);
        bytes[] memory actions = new bytes[](2);
        actions[0] = consumption(goods);
        actions[1] = consumption(other);
        record(envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions));
        vm.assertEq(0, (lastFacts >> 128) & 0xffff);
        vm.assertEq(false, recordOf(other).has(FLAG_BREACH));
    }

    function test_a_part_stays_under_the_holds_and_the_breach_of_what_it_was_split_from() external {
        placeHold(REGULATOR, goods);
        placeHold(SUPPLIER, goods);
        HoldingKey memory part = holdingOf(SUPPLIER, 2);
        recordLot(SUPPLIER, splitting(goods, part));
        Record split = recordOf(part);
        vm.assertEq(FLAG_HELD_BY_PARTY | FLAG_HELD_BY_REGULATOR, split.flags());
        refuse(Reason.Held, Kinds.offerCustody(), SUPPLIER, offering(part, TENANT));
        releaseHold(SUPPLIER, goods); // The part keeps its own.
        vm.assertTrue(recordOf(part).has(FLAG_HELD_BY_PARTY));
    }
}
