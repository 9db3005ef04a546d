// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AdmitOrganisation,
    CloseKey,
    ConfirmRecovery,
    EndAdmission,
    GrantKey,
    KeyStatus,
    OrganisationStatus,
    ProposeRecovery,
    ReinstateOrganisation,
    RIGHTS_KNOWN,
    RIGHT_ADMIN,
    RIGHT_STOCK,
    ROLE_TENANT,
    SuspendOrganisation
} from "../../src/interfaces/IParticipants.sol";
import {Envelope} from "./Envelope.sol";
import {Kind, Kinds} from "./Kinds.sol";
import {Park} from "./Park.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice Operator, authority and the keys of three newcomers try every act on organisations and keys, entitled or
/// not, while a model of the rules says of each whether it may be recorded.
contract Membership is Park {
    /// @dev What an organisation granted to a key. `validFrom` is 0 while a recovery waits for the authority.
    struct Grant {
        KeyStatus status;
        bool admin;
        uint64 validFrom;
        uint64 validUntil;
        uint64 enrolBy;
    }

    uint24 private constant FIRST = 11; // of three newcomers
    uint256 private constant KEYS = 6; // any of which any newcomer may be granted

    /// @notice Acts that were recorded, and acts that were refused.
    uint256 public accepted;
    uint256 public refused;

    mapping(uint24 organisation => OrganisationStatus) private _statuses;
    mapping(uint24 organisation => uint64) private _confirmBy;
    mapping(uint24 organisation => mapping(uint256 key => Grant)) private _grants;
    mapping(uint256 key => uint24 organisation) private _enrolled;

    constructor() {
        setUp();
        _statuses[OPERATOR] = _statuses[AUTHORITY] = OrganisationStatus.Active;
    }

    // ------------------------------------------------------------------------------------------------ model

    function _isConfirmed(uint24 organisation) private view returns (bool) {
        OrganisationStatus status = _statuses[organisation];
        return status == OrganisationStatus.Active || status == OrganisationStatus.Suspended;
    }

    /// @dev Keys 0 and 1 are those of operator and authority, always good; the others are the newcomers'.
    function _organisationOf(uint256 key) private view returns (uint24) {
        if (key < 2) return key == 0 ? OPERATOR : AUTHORITY;
        return _enrolled[key];
    }

    function _isValid(uint256 key) private view returns (bool) {
        if (key < 2) return true;
        Grant memory grant_ = _grants[_enrolled[key]][key];
        bool inPeriod = time() >= grant_.validFrom && time() < grant_.validUntil;
        return grant_.status == KeyStatus.Active && inPeriod && _isConfirmed(_enrolled[key]);
    }

    function _isAdmin(uint256 key) private view returns (bool) {
        return _isValid(key) && (key < 2 || _grants[_enrolled[key]][key].admin);
    }

    function _isOperator(uint256 key) private pure returns (bool) {
        return key == 0;
    }

    function _isAuthority(uint256 key) private pure returns (bool) {
        return key == 1;
    }

    // --------------------------------------------------------------------------------- acts on organisations

    function admit(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, _mixed(who) % 2 == 0 ? 0 : who);
        AdmitOrganisation memory action = admission(organisation, ROLE_TENANT);
        (action.key, action.enrolBy) = (vm.addr(_secret(key)), time() + 2 days);
        bool may = _isOperator(by) && _statuses[OPERATOR] == OrganisationStatus.Active
            && _statuses[organisation] == OrganisationStatus.None;
        if (_attempt(may, Kinds.admitOrganisation(), by, abi.encode(action))) {
            _statuses[organisation] = OrganisationStatus.Offered;
            _confirmBy[organisation] = action.enrolBy;
            _grants[organisation][key] =
                Grant(KeyStatus.Offered, true, time() + GRANT_DELAY, action.validUntil, action.enrolBy);
        }
    }

    function confirm(uint256 which, uint256 who) external {
        (uint24 organisation,, uint256 by) = _pick(which, 0, _mixed(who) % 2 == 0 ? 1 : who);
        bool may = _isAuthority(by) && _statuses[organisation] == OrganisationStatus.Offered
            && time() <= _confirmBy[organisation];
        if (_attempt(may, Kinds.confirmAdmission(), by, abi.encode(confirmation(organisation)))) {
            _statuses[organisation] = OrganisationStatus.Active;
        }
    }

    function end(uint256 which, uint256 who) external {
        (uint24 organisation,, uint256 by) = _pick(which, 0, who);
        EndAdmission memory action = EndAdmission(organisation, _seq(organisation), time(), 1, root());
        bool power = _isOperator(by) || _isAuthority(by);
        bool may = _isValid(by) && _statuses[organisation] == OrganisationStatus.Offered
            && (power || time() > _confirmBy[organisation]);
        if (_attempt(may, Kinds.endAdmission(), by, abi.encode(action))) {
            _statuses[organisation] = OrganisationStatus.Ended;
        }
    }

    function suspend(uint256 which, uint256 who) external {
        (uint24 organisation,, uint256 by) = _pick(which, 0, who);
        if (which % 5 == 0) organisation = which % 2 == 0 ? OPERATOR : AUTHORITY;
        SuspendOrganisation memory action = SuspendOrganisation(organisation, time(), 1, root());
        bool may = (_isAuthority(by) || _isOperator(by) && organisation != AUTHORITY)
            && _statuses[organisation] == OrganisationStatus.Active;
        if (_attempt(may, Kinds.suspendOrganisation(), by, abi.encode(action))) {
            _statuses[organisation] = OrganisationStatus.Suspended;
        }
    }

    function reinstate(uint256 which, uint256 who) external {
        (uint24 organisation,, uint256 by) = _pick(which, 0, _mixed(who) % 2 == 0 ? 1 : who);
        if (which % 2 == 0) organisation = OPERATOR;
        ReinstateOrganisation memory action =
            ReinstateOrganisation(organisation, _seq(organisation), time(), 1, root());
        bool may = _isAuthority(by) && _statuses[organisation] == OrganisationStatus.Suspended;
        if (_attempt(may, Kinds.reinstateOrganisation(), by, abi.encode(action))) {
            _statuses[organisation] = OrganisationStatus.Active;
        }
    }

    // ------------------------------------------------------------------------------------------ acts on keys

    function grantIt(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, who);
        bool admin = whose % 3 != 0;
        GrantKey memory action =
            grant(organisation, _secret(key), admin ? RIGHTS_KNOWN : RIGHTS_KNOWN - RIGHT_ADMIN);
        (action.validUntil, action.enrolBy) = (time() + 20 days, time() + 2 days);
        bool may = _isAdmin(by) && _organisationOf(by) == organisation
            && _grants[organisation][key].status == KeyStatus.None;
        if (_attempt(may, Kinds.grantKey(), by, abi.encode(action))) {
            _grants[organisation][key] =
                Grant(KeyStatus.Offered, admin, time() + GRANT_DELAY, action.validUntil, action.enrolBy);
        }
    }

    function enrol(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, who);
        if (_mixed(who) % 4 != 0) by = key;
        Grant storage grant_ = _grants[organisation][key];
        bool open = grant_.status == KeyStatus.Offered && time() <= grant_.enrolBy && grant_.validFrom != 0;
        bool may = by == key && open && _enrolled[key] == 0 && _isConfirmed(organisation);
        if (_attempt(may, Kinds.enrolKey(), by, abi.encode(enrolment(organisation, _secret(key))))) {
            grant_.status = KeyStatus.Active;
            _enrolled[key] = organisation;
        }
    }

    function close(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, who);
        CloseKey memory action = CloseKey(organisation, vm.addr(_secret(key)), 0, time(), 1, root());
        bool may = _isValid(by) && _mayClose(organisation, key, by);
        if (_attempt(may, Kinds.closeKey(), by, abi.encode(action))) {
            _grants[organisation][key].status = KeyStatus.Closed;
        }
    }

    function _mayClose(uint24 organisation, uint256 key, uint256 by) private view returns (bool) {
        Grant memory grant_ = _grants[organisation][key];
        if (grant_.status == KeyStatus.None || grant_.status == KeyStatus.Closed) return false;
        if (by == key) return true;
        bool inUse = grant_.status == KeyStatus.Active && time() >= grant_.validFrom;
        if (_organisationOf(by) == organisation) return _isAdmin(by) || !inUse;
        if (grant_.status == KeyStatus.Active) return false;
        bool unconfirmed = grant_.validFrom == 0;
        return time() > grant_.enrolBy || (unconfirmed && (_isOperator(by) || _isAuthority(by)));
    }

    function proposeRecovery(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, _mixed(who) % 2 == 0 ? 0 : who);
        ProposeRecovery memory action = ProposeRecovery(
            organisation,
            vm.addr(_secret(key)),
            RIGHT_STOCK,
            time() + 40 days,
            time() + 4 days,
            time(),
            1,
            root()
        );
        bool may = _isOperator(by) && _statuses[OPERATOR] == OrganisationStatus.Active
            && _isConfirmed(organisation) && _grants[organisation][key].status == KeyStatus.None;
        if (_attempt(may, Kinds.proposeRecovery(), by, abi.encode(action))) {
            _grants[organisation][key] = Grant(KeyStatus.Offered, false, 0, action.validUntil, action.enrolBy);
        }
    }

    function confirmRecovery(uint256 which, uint256 whose, uint256 who) external {
        (uint24 organisation, uint256 key, uint256 by) = _pick(which, whose, _mixed(who) % 2 == 0 ? 1 : who);
        address signer = vm.addr(_secret(key));
        ConfirmRecovery memory action =
            ConfirmRecovery(organisation, signer, headOf(signerId(organisation, signer)), time(), 1, root());
        Grant storage grant_ = _grants[organisation][key];
        bool may = _isAuthority(by) && grant_.status == KeyStatus.Offered && grant_.validFrom == 0
            && time() <= grant_.enrolBy;
        if (_attempt(may, Kinds.confirmRecovery(), by, abi.encode(action))) {
            grant_.validFrom = time() + RECOVERY_DELAY;
        }
    }

    function wait(uint256 duration) external {
        pass(duration % 3 days);
    }

    // ----------------------------------------------------------------------------------------------- trying

    function _attempt(bool may, Kind memory kind, uint256 by, bytes memory action)
        private
        returns (bool done)
    {
        Envelope memory batch = envelope(kind, _secret(by), action);
        bytes memory data = batch.relay();
        vm.recordLogs();
        (done,) = batch.ledger.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done != may) revert(string.concat(may ? "refused a " : "recorded a ", kind.name));
        if (!done) {
            ++refused;
            return false;
        }
        ++accepted;
        vm.assertEq(0, read(kind, logs));
        (bool again,) = batch.ledger.call(data);
        vm.assertFalse(again, "recorded once more");
    }

    /// @notice The ledger says of every newcomer and every key what the model says.
    function compareAll() external view {
        for (uint24 organisation = FIRST; organisation < FIRST + 3; ++organisation) {
            uint8 status = participants.recordOf(organisationId(organisation)).status();
            vm.assertEq(uint8(_statuses[organisation]), status, "organisation");
            vm.assertEq(
                _isConfirmed(organisation) ? ROLE_TENANT : 0, participants.rolesOf(organisation), "roles"
            );
            for (uint256 key = 2; key < 2 + KEYS; ++key) {
                status = participants.recordOf(signerId(organisation, vm.addr(_secret(key)))).status();
                vm.assertEq(uint8(_grants[organisation][key].status), status, "grant");
            }
        }
        for (uint256 key = 2; key < 2 + KEYS; ++key) {
            address signer = vm.addr(_secret(key));
            vm.assertEq(_enrolled[key], participants.organisationOf(signer), "organisation of a key");
            vm.assertEq(_isValid(key), participants.standingOf(signer).valid);
        }
    }

    function _secret(uint256 key) private pure returns (uint256) {
        if (key < 2) return keyOf(key == 0 ? OPERATOR : AUTHORITY);
        return keyOf(FIRST, key);
    }

    function _seq(uint24 organisation) private view returns (uint24) {
        return participants.recordOf(organisationId(organisation)).seq();
    }

    /// @dev Fuzzed numbers are often round; their hashes are not.
    function _mixed(uint256 number) private view returns (uint256) {
        return uint256(keccak256(abi.encode(number, accepted, refused)));
    }

    /// @dev A newcomer, a key, and somebody; `who` 0 and 1 are the two powers.
    function _pick(uint256 which, uint256 whose, uint256 who)
        private
        view
        returns (uint24 organisation, uint256 key, uint256 by)
    {
        organisation = [FIRST, FIRST + 1, FIRST + 2][_mixed(which) % 3];
        return (organisation, 2 + _mixed(whose) % KEYS, who < 2 ? who : _mixed(who) % (2 + KEYS));
    }
}
