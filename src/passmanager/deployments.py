"""Deploys the seven contracts, and knows where they are.

The contracts hold each other's addresses as immutables. A CREATE address follows from (sender, nonce),
so all addresses are known before the first transaction. The plan is on disk before anything is sent
(`<out>/<chainId>.plan.json`), and each transaction carries its nonce: an interrupted deployment goes on
with the same call and sends only what is missing. At the end every pointer is read back, and
`<out>/<chainId>.json` says what is where.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from passmanager import __version__
from passmanager.abi import artifact
from passmanager.core.addresses import create_address
from passmanager.core.calls import Call, build_call, encode_values
from passmanager.core.transactions import Fees, Transaction
from passmanager.deployment_files import (
    FOLDER,
    NAMES,
    WIRING,
    BlockMark,
    DeployedContract,
    Deployment,
    Plan,
    PlannedContract,
    constructor_arguments,
)
from passmanager.errors import (
    AlreadyDeployed,
    ChainReset,
    CreationFailed,
    DeploymentError,
    InsufficientFunds,
    NonceTaken,
    NotMined,
    PlanMismatch,
    RpcError,
    WiringMismatch,
)
from passmanager.node import Node
from passmanager.signers import Signer
from passmanager.units import Address, checksum

SETTLED = 64  # blocks below the head that no reorganization is expected to reach

__all__ = [
    "FOLDER",
    "NAMES",
    "WIRING",
    "Deployment",
    "Plan",
    "check_wiring",
    "constructor_arguments",
    "creation_code",
    "deploy",
    "estimated_gas",
    "make_plan",
    "require_funds",
]

Progress = Callable[[str, Address, str], None]
"""Called with a contract's name, its address, and `created` or `found`."""


def deploy(
    node: Node,
    signer: Signer,
    *,
    owner: Address | None = None,
    out: Path = FOLDER,
    replace: bool = False,
    expect_chain: int | None = None,
    wait_seconds: float = 180.0,
    progress: Progress | None = None,
) -> Deployment:
    """Deploys all contracts, or what an interrupted call left over.

    Args:
        node: The chain.
        signer: Pays and creates; nothing else may use this account meanwhile.
        owner: Platform owner of PurchaseManager; by default the signer.
        out: Folder of the plan and of the result.
        replace: Give up a finished deployment, or a plan that cannot be carried out, in `out`.
        expect_chain: Refuse every other chain.
        wait_seconds: Seconds to wait for each transaction.
        progress: Told about each contract.

    Raises:
        DeploymentError: The subclass says what is in the way and what to do.
        WrongChain: The node is on another chain.
        InsufficientFunds: The signer cannot pay; checked before the first transaction.
        NoNode: The node does not answer.
    """
    chain_id = node.chain_id()
    if expect_chain is not None:
        node.require_chain(expect_chain)
    plan_path, path = out / f"{chain_id}.plan.json", out / f"{chain_id}.json"
    plan = _started(node, signer, owner, plan_path, replace=replace)
    _keep_finished(node, path, plan, replace=replace)
    if plan is None:
        plan = make_plan(node, signer.address, owner)
        require_funds(node, plan)
        plan.write(plan_path)
    for name in plan.contracts:
        _create(node, signer, plan, name, plan_path, wait_seconds, progress or _silent)
    found = _finished(node, plan)
    found.write(path)
    plan_path.unlink(missing_ok=True)
    return found


def _silent(_name: str, _address: Address, _what: str) -> None:
    pass


# --- plan


def make_plan(node: Node, sender: Address, owner: Address | None = None) -> Plan:
    """Nonces, addresses and arguments of a new deployment; sends nothing."""
    head = node.head()
    first = node.nonce(sender)
    at = {name: create_address(sender, first + i) for i, name in enumerate(NAMES)}
    arguments = constructor_arguments(at, owner or sender)
    contracts = {
        name: PlannedContract(
            nonce=first + i,
            address=at[name],
            arguments=arguments[name],
            creation_code_hash=_hash(creation_code(name, arguments[name])),
        )
        for i, name in enumerate(NAMES)
    }
    return Plan(
        chain_id=node.chain_id(),
        genesis=_block_hash(node, 0),
        settled=BlockMark(number=max(head.number - SETTLED, 0), hash=_block_hash(node, max(head.number - SETTLED, 0))),
        from_block=head.number + 1,
        sender=sender,
        owner=owner or sender,
        package_version=__version__,
        contracts=contracts,
    )


def creation_code(name: str, arguments: list[str]) -> bytes:
    """Data of the transaction that creates a contract."""
    made = artifact(name)
    types = tuple("address" for _ in arguments)
    return bytes.fromhex(made["bytecode"][2:]) + encode_values(f"{name} constructor", types, arguments)


def estimated_gas(plan: Plan) -> dict[str, int]:
    """About the gas of each creation; a node can only estimate those whose peers are there."""
    return {name: _creation_gas(name, planned) for name, planned in plan.contracts.items()}


def _creation_gas(name: str, planned: PlannedContract) -> int:
    data, made = creation_code(name, planned.arguments), artifact(name)
    runtime = made["runtimeSize"] + _immutables_size(name)
    calldata = sum(16 if byte else 4 for byte in data)
    constructor = 20_000 + 8_000 * len(planned.arguments)
    return 53_000 + calldata + 2 * (len(data) // 32 + 1) + 200 * runtime + constructor


def require_funds(node: Node, plan: Plan) -> None:
    """Refuses a sender who cannot pay for the whole plan.

    Raises:
        InsufficientFunds: With both numbers.
    """
    fees = node.fees()
    need = sum(estimated_gas(plan).values()) * _likely_price(fees)
    have = node.balance(plan.sender)
    if have < need:
        raise InsufficientFunds(address=plan.sender, have=have, need=need)


def _likely_price(fees: Fees) -> int:
    return fees.ceiling if fees.legacy else (fees.ceiling + fees.tip) // 2


def _started(node: Node, signer: Signer, owner: Address | None, path: Path, *, replace: bool) -> Plan | None:
    """The plan on disk, if there is one that can be carried out."""
    if not path.exists():
        return None
    try:
        plan = Plan.load(path)
        _require_same_chain(node, path, plan.chain_id, plan.genesis, plan.settled)
        _require_same_plan(path, plan, signer, owner or signer.address)
        _require_free_nonces(node, path, plan)
    except DeploymentError:
        if not replace:
            raise
        return None
    return plan


def _keep_finished(node: Node, path: Path, plan: Plan | None, *, replace: bool) -> None:
    """Nothing overwrites a finished deployment unless told, also not one of a chain that is gone."""
    if replace or not path.exists():
        return
    found = Deployment.load(path)
    if plan is not None and plan.addresses() == found.addresses().all():
        return  # interrupted after writing the result
    mark = BlockMark(number=found.block_number, hash=found.block_hash)
    _require_same_chain(node, path, found.chain_id, found.genesis, mark)
    raise AlreadyDeployed(path=str(path), chain_id=found.chain_id, block_number=found.block_number)


def _require_same_chain(node: Node, path: Path, chain_id: int, genesis: str, mark: BlockMark) -> None:
    for number, expected in ((0, genesis), (mark.number, mark.hash)):
        actual = _block_hash(node, number)
        if actual != expected:
            raise ChainReset(
                path=str(path), chain_id=chain_id, block_number=number, expected=expected, actual=actual or "missing"
            )


def _require_same_plan(path: Path, plan: Plan, signer: Signer, owner: Address) -> None:
    pairs: list[tuple[str, str, str]] = [("sender", plan.sender, signer.address), ("owner", plan.owner, owner)]
    for name, planned in plan.contracts.items():
        now = _hash(creation_code(name, planned.arguments))
        pairs.append((f"code of {name}", planned.creation_code_hash, now))
    for what, planned_value, given in pairs:
        if planned_value != given:
            raise PlanMismatch(path=str(path), what=what, planned=planned_value, given=given)


def _require_free_nonces(node: Node, path: Path, plan: Plan) -> None:
    used = node.nonce(plan.sender, block="latest")
    for name, planned in plan.contracts.items():
        if planned.nonce < used and not _is_there(node, name, planned.address):
            raise NonceTaken(path=str(path), contract=name, sender=plan.sender, nonce=planned.nonce, next_nonce=used)


# --- creation


def _create(
    node: Node, signer: Signer, plan: Plan, name: str, path: Path, wait_seconds: float, progress: Progress
) -> None:
    """Creates one contract, unless it is there or on its way."""
    planned = plan.contracts[name]
    if _is_there(node, name, planned.address):
        progress(name, planned.address, "found")
        return
    _require_free_nonces(node, path, plan)
    if node.nonce(plan.sender) > planned.nonce:  # sent by an interrupted call, not mined yet
        _await_nonce(node, plan.sender, planned.nonce, wait_seconds)
    else:
        _send_creation(node, signer, plan, name, wait_seconds)
    if not _is_there(node, name, planned.address):
        _require_free_nonces(node, path, plan)
        raise CreationFailed(contract=name, address=planned.address, problem="there is no code after the transaction")
    progress(name, planned.address, "created")


def _send_creation(node: Node, signer: Signer, plan: Plan, name: str, wait_seconds: float) -> None:
    planned = plan.contracts[name]
    data = creation_code(name, planned.arguments)
    estimate = node.estimate_gas(Transaction(data=data, sender=plan.sender), name=f"creation of {name}")
    transaction = Transaction(
        data=data,
        sender=plan.sender,
        gas=estimate * 11 // 10,
        nonce=planned.nonce,
        chain_id=plan.chain_id,
        fees=node.fees(),
    )
    have = node.balance(plan.sender)
    if have < transaction.cost:
        raise InsufficientFunds(address=plan.sender, have=have, need=transaction.cost)
    tx_hash = node.send(signer, transaction)
    receipt = node.wait(tx_hash, plan.sender, planned.nonce, seconds=wait_seconds)
    if int(receipt["status"], 16) != 1:
        raise CreationFailed(contract=name, address=planned.address, problem=f"transaction {tx_hash} reverted")


def _await_nonce(node: Node, sender: Address, nonce: int, seconds: float) -> None:
    if not node.wait_for_nonce(sender, nonce, seconds=seconds):
        raise NotMined(tx_hash="(of an earlier call)", seconds=seconds, nonce=nonce)


# --- what is on the chain


def _immutables_size(name: str) -> int:
    return sum(spot["length"] for spot in artifact(name)["immutables"].values())


def _is_there(node: Node, name: str, address: Address) -> bool:
    """Is this very contract, whatever its immutables, at the address?"""
    code, made = node.code(address), artifact(name)
    fits = len(code) == made["runtimeSize"] + _immutables_size(name)
    return fits and _hash(code[: made["runtimeSize"]]) == made["runtimeHash"]


def _finished(node: Node, plan: Plan) -> Deployment:
    """Reads every pointer back, and says what is where."""
    head = node.head()
    check_wiring(node, plan.addresses(), plan.owner)
    contracts = {
        name: DeployedContract(**planned.model_dump(), runtime_code_hash=_hash(node.code(planned.address)))
        for name, planned in plan.contracts.items()
    }
    return Deployment(
        chain_id=plan.chain_id,
        genesis=plan.genesis,
        from_block=plan.from_block,
        block_number=head.number,
        block_hash=head.hash,
        sender=plan.sender,
        owner=plan.owner,
        package_version=__version__,
        contracts=contracts,
    )


def check_wiring(node: Node, at: Mapping[str, Address], owner: Address) -> None:
    """Asks every contract for its peers.

    Raises:
        WiringMismatch: One names another peer than it should.
    """
    expected = constructor_arguments(at, owner)
    asked = [(name, getter) for name, getters in WIRING.items() for getter in getters]
    calls: list[Call[Any]] = [build_call(name, getter, (), to=at[name]) for name, getter in asked]
    requests = [("eth_call", (Transaction(to=call.to, data=call.data).rpc_fields(), "latest")) for call in calls]
    answers = node.request_many(requests)
    wanted = [peer for name in WIRING for peer in expected[name]]
    for (name, getter), call, answer, peer in zip(asked, calls, answers, wanted, strict=True):
        actual = str(answer) if isinstance(answer, RpcError) else checksum(call.decode(bytes.fromhex(answer[2:])))
        if actual != peer:
            raise WiringMismatch(contract=name, getter=getter, expected=peer, actual=actual)


def _block_hash(node: Node, number: int) -> str:
    block = node.block(number)
    return block.hash if block else ""


def _hash(data: bytes) -> str:
    return f"0x{keccak(data).hex()}"
