"""What stood in the ledgers in a block, proven: the nodes of the tries on the way to every slot a file rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from backend.evidence.blocks import Anchor
from contracts.signatures import address_bytes
from contracts.typed_data import organisation_id
from indexer.proofs import ProvingNode
from verifier.anchor import check_anchor
from verifier.check import State
from verifier.evidence import Subject
from verifier.slots import ENROLLED_SLOT, RECORDS_SLOT, Key, place_in_mapping
from verifier.subjects import bearings
from verifier.trie import Nodes
from verifier.trust import Trust

_PARTICIPANTS = "Participants"


def proven(
    node: ProvingNode, trust: Trust, anchor: Anchor, subjects: Collection[Subject], traced: Iterable[Subject]
) -> tuple[bytes, ...]:
    """The nodes that prove the records of subjects, of what might bear on the traced ones, and the keys of the signers.

    Exactly those on the ways, ascending by hash.

    Raises:
        StateGone: the node has the state of that block no longer.
        Retryable: it does not answer.
        Refusal: it gives proofs that prove nothing.
    """
    ids: dict[str, set[bytes]] = defaultdict(set)
    for subject in subjects:
        ids[subject.ledger].add(subject.id)
    for subject in traced:
        for ledger, id_ in bearings(subject, trust.ledgers[subject.ledger].address):
            ids[ledger].add(id_)
    signers = {action.signer for subject in subjects for action in subject.trail}
    nodes: set[bytes] = set()
    for ledger in sorted(ids):
        nodes |= _nodes(node, trust, anchor, ledger, [(id_, RECORDS_SLOT) for id_ in sorted(ids[ledger])])
    enrolled = [(address_bytes(signer), ENROLLED_SLOT) for signer in sorted(signers)]
    nodes |= _nodes(node, trust, anchor, _PARTICIPANTS, enrolled)
    organisations = _organisations(_state(Nodes(tuple(nodes)), trust, anchor), signers)
    nodes |= _nodes(
        node,
        trust,
        anchor,
        _PARTICIPANTS,
        [(organisation_id(organisation), RECORDS_SLOT) for organisation in sorted(organisations)],
    )
    # Clients may give more than the ways need: those are walked, and what no way passed is left behind.
    walked = Nodes(tuple(nodes))
    state = _state(walked, trust, anchor)
    for ledger in sorted(ids):
        state.open(ledger)
        for id_ in ids[ledger]:
            state.record(ledger, id_, ledger)
    for organisation in _organisations(state, signers):
        state.record(_PARTICIPANTS, organisation_id(organisation), _PARTICIPANTS)
    return walked.passed


def _nodes(
    node: ProvingNode, trust: Trust, anchor: Anchor, ledger: str, places: Collection[tuple[bytes, int]]
) -> set[bytes]:
    slots = [place_in_mapping(key, slot) for key, slot in places]
    return node.proof(address_bytes(trust.ledgers[ledger].address), slots, anchor.number)


def _state(nodes: Nodes, trust: Trust, anchor: Anchor) -> State:
    block, _ = check_anchor(anchor.header, None, trust)
    state = State(nodes, block, trust)
    state.open(_PARTICIPANTS)
    return state


def _organisations(state: State, signers: Iterable[str]) -> set[int]:
    """Whose the signers' keys are, as the ledger has it."""
    words = (state.word(_PARTICIPANTS, address_bytes(signer), ENROLLED_SLOT, signer) for signer in signers)
    return {Key.of(word).organisation for word in words if word is not None}
