// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HoldingKey, Origin, Verdict} from "../src/interfaces/ITraceability.sol";
import {Envelope} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kind, Kinds, Ledger} from "./support/Kinds.sol";
import {vm} from "./support/Vm.sol";

/// @notice Figures kept in contracts/snapshots: what a transaction costs, base fee and calldata included, and how large
/// the ledgers are. A run that finds another figure fails; `FORGE_SNAPSHOT_CHECK=false forge test` writes it down.
/// forge-config: default.isolate = true
contract GasTest is Goods {
    function measure(string memory name, Envelope memory batch) private {
        bytes memory data = batch.relay();
        (bool done,) = batch.ledger.call(data);
        vm.assertTrue(done, name);
        vm.snapshotGasLastCall("gas", name);
    }

    function measure(string memory name, Kind memory kind, uint24 by, bytes memory action) private {
        measure(name, envelope(kind, keyOf(by), action));
    }

    function many(uint32 n, bool create) private returns (Envelope memory) {
        bytes[] memory actions = new bytes[](n);
        for (uint32 i; i < n; ++i) {
            HoldingKey memory goods = holdingOf(SUPPLIER, i);
            actions[i] = create ? creation(goods, Origin.Made) : observation(goods);
        }
        return envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions);
    }

    function test_gas_of_lot_events_by_the_batch() external {
        make(SUPPLIER, 1000); // The signer's first word of nonces.
        measure("recordLotEvents create 50", many(50, true));
        measure("recordLotEvents advance 50", many(50, false));
    }

    function test_gas_of_lot_events_one_by_one() external {
        make(SUPPLIER, 1000);
        measure("recordLotEvents create 1", many(1, true));
        measure("recordLotEvents advance 1", many(1, false));
        HoldingKey memory goods = make(SUPPLIER, 2);
        HoldingKey memory box = make(SUPPLIER, 3);
        measure(
            "recordLotEvents split",
            Kinds.recordLotEvent(),
            SUPPLIER,
            splitting(goods, holdingOf(SUPPLIER, 4))
        );
        measure("recordLotEvents pack", Kinds.recordLotEvent(), SUPPLIER, packing(box, goods));
        measure("recordLotEvents unpack", Kinds.recordLotEvent(), SUPPLIER, unpacking(box, goods));
        measure("recordLotEvents use up", Kinds.recordLotEvent(), SUPPLIER, consumption(goods));
    }

    function test_gas_of_dispatch_receipt_holds_and_recalls() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        measure("dispatchGoods", Kinds.dispatchGoods(), SUPPLIER, abi.encode(dispatching(goods, TENANT)));
        measure("receiveGoods", Kinds.receiveGoods(), TENANT, abi.encode(receiving(goods)));
        measure("placeHolds", Kinds.placeHold(), TENANT, placing(goods));
        measure("judgeHoldings", Kinds.judgeHolding(), TENANT, judging(goods, Verdict.Pass));
        bytes memory direct = abi.encode(receivingDirect(holdingOf(TENANT, 1)));
        measure("receiveDirect", Kinds.receiveDirect(), TENANT, direct);
        measure("recallLots", Kinds.recallLot(), SUPPLIER, recalling(SUPPLIER));
        measure("endRecalls", Kinds.endRecall(), SUPPLIER, endingRecall(SUPPLIER));
    }

    function test_gas_of_a_new_member() external {
        measure("admitOrganisations", Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(9, 4)));
        measure("confirmAdmissions", Kinds.confirmAdmission(), AUTHORITY, abi.encode(confirmation(9)));
        measure("enrolKeys", envelope(Kinds.enrolKey(), keyOf(9), abi.encode(enrolment(9, keyOf(9)))));
    }

    function test_sizes() external {
        string[8] memory names = [
            "Participants",
            "Succession",
            "Traceability",
            "Recalls",
            "Corrections",
            "Procurement",
            "Claims",
            "Sheets"
        ];
        for (uint8 i; i < names.length; ++i) {
            vm.snapshotValue("sizes", names[i], addressOf(Ledger(i)).code.length);
        }
    }
}
