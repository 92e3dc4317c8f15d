"""Calls to the deployed system by name: fast, and a refusal is an answer, not a stack trace."""

import re
from dataclasses import dataclass, field
from typing import Any

import boa
from eth_utils import keccak

from tests.support.system import CONTRACTS, NATIVE, System

_DECLARATION = re.compile(r'method_id\("((\w+)\([^"]*\))"\)')
_SOURCE = (CONTRACTS / "modules" / "errors.vy").read_text()
ERRORS = {keccak(text=text)[:4]: name for text, name in _DECLARATION.findall(_SOURCE)}


@dataclass(frozen=True)
class Answer:
    """`error` is the name of the custom error, "empty" for a bare revert, None for success."""

    error: str | None
    value: Any = None
    logs: list = field(default_factory=list)  # (address, topics, data)


class Driver:
    def __init__(self, system: System):
        self.system = system
        self.contracts = {
            "PurchaseManager": system.manager,
            "Catalog": system.catalog,
            "Promotions": system.promotions,
            "ProductPass": system.product_pass,
            "PaymentEscrow": system.escrow,
            "OrganizationNFT": system.org_nft,
            "PassLens": system.lens,
        }
        self.names = {contract.address: name for name, contract in self.contracts.items()}

    def add(self, name: str, contract: Any) -> None:
        self.contracts[name] = contract

    def send(self, name: str, *args: Any, by: str, value: int = 0) -> Answer:
        return self._call(name, args, by, value, is_modifying=True)

    def read(self, name: str, *args: Any) -> Any:
        answer = self.ask(name, *args)
        assert answer.error is None, (name, args, answer.error)
        return answer.value

    def ask(self, name: str, *args: Any) -> Answer:
        """A view that may refuse, as quotes do."""
        return self._call(name, args, boa.env.eoa, 0, is_modifying=False)

    def _call(self, name: str, args: tuple, by: str, value: int, is_modifying: bool) -> Answer:
        contract, function, done = self._execute(name, args, by, value, is_modifying)
        if done.is_error:
            return Answer(ERRORS.get(bytes(done.output[:4]), "empty"))
        returned = function.func_t.return_type
        decoded = contract.marshal_to_python(done, returned) if returned is not None else None
        return Answer(None, decoded, [_log(entry) for entry in done.get_raw_log_entries()])

    def _execute(self, name: str, args: tuple, by: str, value: int, is_modifying: bool) -> tuple[Any, Any, Any]:
        holder, function_name = name.split(".")
        contract = self.contracts[holder]
        function = getattr(contract, function_name)
        data = function.prepare_calldata(*args)
        done = boa.env.execute_code(
            to_address=contract.address, sender=by, data=data, value=value, is_modifying=is_modifying, contract=contract
        )
        return contract, function, done

    def tell(self, name: str, *args: Any, by: str) -> None:
        """A call to a token; what it answers is not looked at."""
        assert not self._execute(name, args, by, 0, is_modifying=True)[2].is_error, name

    def balance(self, token: str, wallet: str) -> int:
        if token == NATIVE:
            return boa.env.get_balance(wallet)
        done = self._execute(f"{token}.balanceOf", (wallet,), wallet, 0, is_modifying=False)[2]
        return int.from_bytes(done.output)


def _log(entry: tuple) -> tuple[str, tuple[int, ...], bytes]:
    _, address, topics, data = entry
    return boa.util.abi.Address(address), topics, data
