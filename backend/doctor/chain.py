"""Checks of the node, the chain behind it, and the mirror of that chain."""

from urllib.parse import urlsplit

from sqlalchemy import select

from backend import clock
from backend.doctor.examination import Check, Concern, Trouble
from backend.doctor.patient import Patient, Unreachable
from backend.failures import Failure
from backend.submissions.sender import ChainRefusal, ChainUnavailable
from contracts.deployer import DeploymentError
from indexer.chain import Header
from indexer.errors import Retryable
from indexer.schema import recent_block
from indexer.source import Source
from indexer.status import Status, read_status

# What ledgers forgive a signer's clock (contracts/src/SignedLedger.sol).
_FORGIVEN_SECONDS = 300
_SOON_FORGIVEN_SECONDS = 10
_STANDING_SECONDS = 120
_LAGGING_BLOCKS = 50


def node(patient: Patient) -> str:
    """It answers."""
    try:
        head = _head(patient)
    except Unreachable as error:
        raise Trouble(
            "node_unreachable",
            f"{urlsplit(patient.chain.rpc_url).hostname}: {error}",
            "start it, or correct SUYUAN_RPC_URL",
        ) from error
    return f"answers, newest block {head.number}"


def ledgers(patient: Patient) -> str:
    """It is the deployment's chain, with the deployment's code on it."""
    deployment = patient.deployment
    _head(patient)
    patient.source.check_identity()
    return f"chain {deployment.chain_id}, {len(deployment.contracts)} ledgers with the code that was deployed"


def chain_clock(patient: Patient) -> str:
    """Its time is ours, and goes on."""
    age = clock.now() - _head(patient).recorded_at
    if age < -_FORGIVEN_SECONDS:
        raise Trouble(
            "clock_behind_chain",
            f"this machine's clock is {-age} s behind the chain's newest block",
            "set the clock of this machine by NTP; if it is right, those of the validators",
        )
    if age < -_SOON_FORGIVEN_SECONDS:
        raise Concern(
            "clock_behind_chain", f"this machine's clock is {-age} s behind the chain's newest block", "set it by NTP"
        )
    if age > _STANDING_SECONDS:
        raise Concern(
            "chain_stands_still",
            f"the newest block is {age} s old",
            "see whether the validators make blocks; on a chain that makes none while idle this is nothing",
        )
    return f"newest block {max(0, age)} s old"


def gas(patient: Patient) -> str:
    """The relayer's transactions are free, as it offers nothing for them."""
    _head(patient)
    try:
        fee = patient.sender.base_fee()
    except (Failure, DeploymentError) as error:
        raise Unreachable(f"the relayer has no account ({error.code})") from error
    except (ChainUnavailable, ChainRefusal) as error:
        raise Unreachable(f"the node does not say ({type(error).__name__})") from error
    if fee:
        raise Trouble(
            "gas_has_a_price",
            f"the chain asks {fee} wei per gas, the relayer offers none",
            "configure the chain without a base fee (QBFT: zeroBaseFee), as a park's chain has none to earn",
        )
    return "costs nothing"


def mirror(patient: Patient) -> str:
    """It is there, of this release, of this chain, and near its head."""
    with patient.database() as connection:
        found = read_status(connection)
        if found is None:
            raise Trouble("mirror_missing", "there is no mirror yet", "run `suyuan index run`")
        final = connection.execute(select(recent_block).where(recent_block.c.number == found.finalised)).one()
    if found.fingerprint != _source(patient).fingerprint:
        raise Trouble(
            "fingerprint_differs",
            "the mirror was built by another release or from another deployment; it serves as it is",
            "run `suyuan index rebuild`",
        )
    return _held_against_the_node(patient, found, final.hash)


def _held_against_the_node(patient: Patient, found: Status, final_hash: bytes) -> str:
    head = _head(patient)
    if head.number < found.finalised:
        raise Trouble(
            "node_behind",
            f"the node is at block {head.number}, below our final block {found.finalised}",
            "wait if it still synchronises; else ask another node",
        )
    (there,) = patient.node.headers(found.finalised, found.finalised)
    if there.hash != final_hash:
        raise Trouble(
            "final_block_changed",
            f"block {found.finalised} was final as 0x{final_hash.hex()} and is 0x{there.hash.hex()} at the node",
            "ask a second node; tell the authority; do not rebuild before you know",
        )
    lag = found.lag(head.number)
    if lag > _LAGGING_BLOCKS:
        raise Trouble(
            "mirror_behind",
            f"block {found.block} of {head.number}, {lag} behind",
            "see that `suyuan index run` runs and what its log says; a first sync takes a while",
        )
    return f"block {found.block}, {lag} behind, final up to {found.finalised}"


def _source(patient: Patient) -> Source:
    try:
        return patient.source
    except DeploymentError as error:
        raise Unreachable(f"there is no deployment to hold it against ({error.code})") from error


def _head(patient: Patient) -> Header:
    try:
        return patient.node.head()
    except Retryable as error:
        raise Unreachable(f"the node does not answer, or not sensibly: {error.code}") from error


CHECKS = (
    Check("node", "Without a node nothing is relayed, and the mirror stands still.", node),
    Check("ledgers", "Records would go to, or come from, contracts that are not ours.", ledgers),
    Check("chain clock", "Ledgers refuse what claims to be from their future.", chain_clock),
    Check("gas", "A transaction that offers too little stays in no block.", gas),
    Check("mirror", "Everybody reads the mirror: what it lacks, nobody sees.", mirror),
)
