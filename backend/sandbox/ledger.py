"""Our contracts on a sandbox's chain."""

from pathlib import Path

from contracts.deployer import Founders, deploy

from backend.sandbox.anvil import Anvil
from backend.sandbox.keys import Keyring
from backend.sandbox.process import Part


class Contracts(Part):
    """Deploys them once, on behalf of an operator and an authority whose keys it makes.

    Keys in the ring afterwards: `deployer` and `relayer`, which pay for transactions; `operator` and `authority`, the
    first keys of the two founding organisations, which sign and pay nothing.
    """

    name = "contracts"

    def __init__(self, folder: Path, anvil: Anvil, keys: Keyring) -> None:
        super().__init__()
        self.record = folder / "deployment.json"
        self._anvil = anvil
        self._keys = keys

    def start(self) -> None:
        for name, funded_key in zip(("deployer", "relayer"), self._anvil.funded_keys, strict=False):
            self._keys.ensure(name, funded_key)
        for name in ("operator", "authority"):
            self._keys.ensure(name)
        founders = Founders(operator=self._keys.address("operator"), authority=self._keys.address("authority"))
        deploy(self._anvil.url, self._keys.key("deployer"), founders).save(self.record)
