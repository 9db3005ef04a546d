// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ROLE_LESSOR} from "../src/interfaces/IParticipants.sol";
import {Park} from "./support/Park.sol";
import {vm} from "./support/Vm.sol";

contract OrganisationsTest is Park {
    function test_an_organisation_is_admitted_by_operator_and_authority() external {
        join(9, ROLE_LESSOR);
        vm.assertEq(ROLE_LESSOR, participants.rolesOf(9));
    }
}
