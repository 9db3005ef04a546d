// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch} from "./SignedLedger.sol";
import {
    RIGHT_QUALITY,
    RIGHT_RECEIVE,
    RIGHT_STOCK,
    ROLES_KNOWN,
    ROLE_REGULATOR
} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    AcceptCustody,
    EndOffer,
    HoldingKey,
    HoldingStatus,
    ITraceability,
    OfferCustody,
    PlaceHold,
    ReleaseHold
} from "./interfaces/ITraceability.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {FLAG_CLOSED, FLAG_HELD_BY_PARTY, FLAG_HELD_BY_REGULATOR, Record} from "./types/Record.sol";

/// @title Hand-overs by two signatures, and holds.
abstract contract Custody is Holdings {
    using TraceabilityActions for *;

    /// @inheritdoc ITraceability
    function offerCustodies(OfferCustody[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.OFFER_CUSTODY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _offer(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _offer(Batch memory batch, uint256 index, bytes32 hash, OfferCustody calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.holding.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None) reason = _refusesCustodian(batch.standing.organisation, id, record);
        reason = _or(reason, _refusesPlan(record));
        if (reason == Reason.None && action.lapsesAt > type(uint40).max) reason = Reason.Malformed;
        if (reason == Reason.None && action.lapsesAt <= block.timestamp) reason = Reason.Lapsed;
        if (reason == Reason.None && action.to == batch.standing.organisation) reason = Reason.WrongActor;
        if (reason == Reason.None && PARTICIPANTS.rolesOf(action.to) == 0) {
            reason = Reason.OrganisationUnknown;
        }
        if (reason == Reason.None) reason = _refusesRecalled(action.holding, action.to);
        if (reason != Reason.None) return reason;

        _offers[id] = Offer(action.to, uint40(action.lapsesAt));
        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(HoldingStatus.Offered), record.flags());
        emit CustodyOffered(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ITraceability
    function acceptCustodies(AcceptCustody[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.ACCEPT_CUSTODY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _accept(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _accept(Batch memory batch, uint256 index, bytes32 hash, AcceptCustody calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.holding.id();
        Record record = _records[id];
        Offer memory offer = _offers[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(HoldingStatus.Offered)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && offer.to != batch.standing.organisation) reason = Reason.WrongActor;
        if (reason == Reason.None && block.timestamp > offer.lapsesAt) reason = Reason.Lapsed;
        if (reason == Reason.None && record.has(HELD)) reason = Reason.Held;
        if (reason == Reason.None) {
            reason = _refusesRecalled(action.holding, batch.standing.organisation);
        }
        if (reason != Reason.None) return reason;

        delete _offers[id];
        Touched[] memory touched = _writeOne(
            batch, hash, id, batch.standing.organisation, uint8(HoldingStatus.Held), record.flags()
        );
        emit CustodyAccepted(batch.digest, hash, index, action, touched);
    }

    /// @dev Recalled goods travel in one direction only: back to whoever made them.
    function _refusesRecalled(HoldingKey calldata holding, uint24 to) private view returns (Reason) {
        if (to == holding.maker) return Reason.None;
        return RECALLS.isRecalled(holding.maker, holding.handle) ? Reason.Recalled : Reason.None;
    }

    /// @inheritdoc ITraceability
    function endOffers(EndOffer[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.END_OFFER_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _endOffer(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _endOffer(Batch memory batch, uint256 index, bytes32 hash, EndOffer calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.holding.id();
        Record record = _records[id];
        Offer memory offer = _offers[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK | RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && record.status() != uint8(HoldingStatus.Offered)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && block.timestamp <= offer.lapsesAt) {
            uint24 organisation = batch.standing.organisation;
            if (organisation != record.holder() && organisation != offer.to) reason = Reason.WrongActor;
        }
        if (reason != Reason.None) return reason;

        delete _offers[id];
        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(HoldingStatus.Held), record.flags());
        emit OfferEnded(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ITraceability
    function placeHolds(PlaceHold[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.PLACE_HOLD_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _placeHold(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _placeHold(Batch memory batch, uint256 index, bytes32 hash, PlaceHold calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.holding.id();
        Record record = _records[id];
        uint8 flag = _holdOf(batch);
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && !record.exists()) reason = Reason.NotFound;
        if (reason == Reason.None && flag == FLAG_HELD_BY_PARTY) {
            reason = _refusesCustodian(batch.standing.organisation, id, record);
        }
        if (reason == Reason.None && record.has(FLAG_CLOSED)) reason = Reason.Closed;
        if (reason == Reason.None && record.has(flag)) reason = Reason.Held;
        reason = _or(reason, _refusesFull(record));
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), record.status(), record.flags() | flag);
        emit HoldPlaced(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ITraceability
    function releaseHolds(ReleaseHold[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.RELEASE_HOLD_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _releaseHold(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _releaseHold(Batch memory batch, uint256 index, bytes32 hash, ReleaseHold calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.holding.id();
        Record record = _records[id];
        uint8 flag = _holdOf(batch);
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && flag == FLAG_HELD_BY_PARTY) {
            reason = _refusesCustodian(batch.standing.organisation, id, record);
        }
        if (reason == Reason.None && !record.has(flag)) reason = Reason.WrongState;
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), record.status(), record.flags() & ~flag);
        emit HoldReleased(batch.digest, hash, index, action, touched);
    }

    /// @dev Whose hold a signer places or releases.
    function _holdOf(Batch memory batch) private pure returns (uint8) {
        return batch.standing.roles & ROLE_REGULATOR != 0 ? FLAG_HELD_BY_REGULATOR : FLAG_HELD_BY_PARTY;
    }
}
