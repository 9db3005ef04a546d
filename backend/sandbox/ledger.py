"""Our contracts on a sandbox's chain."""

from pathlib import Path

from backend.keyring import Keyring
from backend.sandbox.anvil import Anvil
from backend.sandbox.process import Part
from backend.sandbox.service import Environment, run_to_end


class Contracts(Part):
    """Deployed once, on behalf of an operator and an authority whose keys are made here.

    Keys in the ring afterwards: `deployer` and `relayer`, which hold the chain's coins and have no rights; `operator`
    and `authority`, the first keys of the two founding organisations, which sign and pay nothing.
    """

    name = "contracts"

    def __init__(self, anvil: Anvil, keys: Keyring, *, log: Path, environment: Environment) -> None:
        super().__init__()
        self._anvil = anvil
        self._keys = keys
        self._log = log
        self._environment = environment

    def start(self) -> None:
        keys = self._keys
        for name, funded_key in zip(("deployer", "relayer"), self._anvil.funded_keys, strict=False):
            keys.ensure(name, funded_key)
        for name in ("operator", "authority"):
            keys.ensure(name)
        arguments = (
            *("chain", "deploy"),
            *("--keystore", str(keys.path("deployer")), "--password-file", str(keys.password_file)),
            *("--operator", keys.address("operator"), "--authority", keys.address("authority")),
        )
        with self._anvil.mining_at_once():
            run_to_end(arguments, log=self._log, environment=self._environment())
