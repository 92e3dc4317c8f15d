"""Every way this package can fail. Each says what is wrong, with the numbers, and what to do next.

PassManagerError
├── Reverted                      a call was refused on the chain
│   ├── ContractError             by a contract of this system; one subclass per error: passmanager.abi.errors
│   ├── RevertedWithReason        with a text (foreign tokens)
│   ├── Panicked                  with a panic code
│   ├── UnknownRevert             with an error this system does not know
│   └── RevertedWithoutReason     with nothing
├── TransactionError              a transaction was sent, or nearly
│   ├── TransactionFailed         mined, but reverted
│   ├── NotMined                  not mined in time; it may still be
│   ├── Underpriced               the node wants a higher fee
│   └── Dropped                   its nonce went to another transaction
├── NoNode  RpcError              the node does not answer, or not with an answer
├── LogsMissing                   the node's logs do not tell of all that a wallet holds
├── ReorgTooDeep                  blocks were replaced that had been taken as settled
├── WrongChain  NoCodeAt  NotDeployed
├── InsufficientFunds             native coin for gas and value
├── BadAddress  BadAmount  BadKey  BadArgument  NoSigner  UnexpectedAnswer  MissingEvent
├── DeploymentError
│   ├── AlreadyDeployed           there is a deployment, and nobody said to replace it
│   ├── NonceTaken                another transaction used a nonce of the plan
│   ├── ChainReset                the chain is another one than when the file was written
│   ├── PlanMismatch              the plan on disk is for other arguments
│   ├── CreationFailed            a contract could not be created
│   ├── UnreadableFile            a plan or deployment file that is damaged
│   └── WiringMismatch            a contract names another peer than it should
├── DemoFailed                    a check of the demo did not hold
└── DevchainError
    ├── AnvilMissing
    └── AnvilFailed

Errors carry data, not only text. No text has a key, or the path or query of a node's address.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, cast, dataclass_transform


def _restore(kind: "type[PassManagerError]", state: dict[str, Any]) -> "PassManagerError":
    made = kind.__new__(kind)
    made.__dict__.update(state)
    return made


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
class PassManagerError(Exception):
    """Root of all errors of this package. Subclasses are dataclasses: their fields are their data."""

    def __init_subclass__(cls) -> None:
        dataclass(kw_only=True, eq=False, repr=False)(cls)  # not frozen: Python itself sets __traceback__

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), dict(self.__dict__))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data_text()})"

    def data_text(self) -> str:
        """The fields as text."""
        names = [field.name for field in fields(cast("Any", self)) if field.name != "call"]
        return ", ".join(f"{name}={_text(getattr(self, name))}" for name in names)


def _text(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


# --- refused on the chain


class Reverted(PassManagerError):
    """A call was refused on the chain; nothing has changed there."""

    call: str = ""


class ContractError(Reverted):
    """A contract of this system refused the call with a named error."""

    SIGNATURE: ClassVar[str] = ""
    SELECTOR: ClassVar[bytes] = b""
    MEANING: ClassVar[str] = ""
    NEXT: ClassVar[str] = ""

    @classmethod
    def from_abi(cls, raw: tuple[Any, ...]) -> "ContractError":
        """The error with the decoded arguments `raw`."""
        raise NotImplementedError

    def __str__(self) -> str:
        where = f" Call: {self.call}." if self.call else ""
        return f"{self.MEANING} {self!r}.{where} {self.NEXT}".rstrip()


class RevertedWithReason(Reverted):
    """A contract refused with a text; contracts of this system never do, tokens may."""

    reason: str

    def __str__(self) -> str:
        return f"{self.call or 'The call'} was refused: {self.reason!r}. Look up this text at the contract that was paid in."


class Panicked(Reverted):
    """A contract stopped with a panic code of Solidity; contracts of this system never do, tokens may."""

    code: int

    def __str__(self) -> str:
        return f"{self.call or 'The call'} stopped with panic code 0x{self.code:02x}. The cause is in a contract outside this system."


class UnknownRevert(Reverted):
    """A contract refused with an error that is not one of this system."""

    data: bytes

    def __str__(self) -> str:
        return f"{self.call or 'The call'} was refused with unknown data 0x{self.data.hex()}. It comes from a contract outside this system."


class RevertedWithoutReason(Reverted):
    """Refused without data: an argument the decoder refuses, value where none is taken, or too little gas."""

    def __str__(self) -> str:
        return (
            f"{self.call or 'The call'} was refused without a reason. Check the sizes of lists and texts,"
            " that no value goes to a function that takes none, and that the address is a contract of this system."
        )


# --- transactions


class TransactionError(PassManagerError):
    """A transaction did not do what it was sent for."""

    tx_hash: str


class TransactionFailed(TransactionError):
    """Mined, but reverted, and the reason could not be found out."""

    gas_used: int
    gas_limit: int

    def __str__(self) -> str:
        return (
            f"Transaction {self.tx_hash} was mined but reverted; it used {self.gas_used} of {self.gas_limit} gas."
            " The chain changed after the simulation: look at the state, then try again."
        )


class NotMined(TransactionError):
    """Not mined in time."""

    seconds: float
    nonce: int

    def __str__(self) -> str:
        return (
            f"Transaction {self.tx_hash} was not mined within {self.seconds:g} s. It still may be:"
            f" wait, or send another one with nonce {self.nonce} and a higher fee."
        )


class Underpriced(TransactionError):
    """The node wants a higher fee."""

    max_fee_per_gas: int
    answer: str

    def __str__(self) -> str:
        return (
            f"The node refused a fee of {self.max_fee_per_gas} wei per gas ({self.answer})."
            " Give a higher max_fee_per_gas and max_priority_fee_per_gas."
        )


class Dropped(TransactionError):
    """The nonce was used by another transaction."""

    nonce: int

    def __str__(self) -> str:
        return (
            f"Transaction {self.tx_hash} cannot be mined: another one used nonce {self.nonce}."
            " Look at the state before you send it again."
        )


# --- node and chain


class NoNode(PassManagerError):
    """Nobody answers at the address of the node."""

    url: str
    problem: str

    def __str__(self) -> str:
        return f"No node answers at {self.url} ({self.problem}). Start one (`passmanager devchain`) or give another --rpc-url."


class RpcError(PassManagerError):
    """The node answered with an error."""

    method: str
    code: int
    message: str
    data: Any = None
    retryable: bool = False

    def __str__(self) -> str:
        again = "Try again later." if self.retryable else "Ask the node's operator, or use another node."
        return f"The node answered {self.method} with error {self.code}: {self.message}. {again}"


class ReorgTooDeep(PassManagerError):
    """A block was replaced that had been taken as settled."""

    block_number: int
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"Block {self.block_number} was {self.expected}, now it is {self.found}: more was replaced than is followed,"
            " or this is another chain. Check the node; then read again from the start, or follow with a larger horizon."
        )


class UnexpectedAnswer(PassManagerError):
    """The node or a contract answered with something that cannot be read."""

    what: str
    answer: str

    def __str__(self) -> str:
        return f"{self.what} answered {self.answer}, which cannot be read. Check the address, and that the node is one of this chain."


class WrongChain(PassManagerError):
    """The node is on another chain than expected."""

    expected: int
    actual: int

    def __str__(self) -> str:
        return f"Expected chain {self.expected}, but the node is on chain {self.actual}. Use a node of chain {self.expected}."


class NoCodeAt(PassManagerError):
    """There is no contract at the address."""

    address: str
    chain_id: int
    name: str = "a contract"

    def __str__(self) -> str:
        return (
            f"There is no code at {self.address} on chain {self.chain_id}, where {self.name} should be."
            " Check the address and the chain; a development chain forgets everything when it ends."
        )


class DemoFailed(PassManagerError):
    """The demo ran, but something that must hold does not."""

    checks: list[str]

    def __str__(self) -> str:
        return f"Checks of the demo failed: {'; '.join(self.checks)}. Please report this."


class NotDeployed(PassManagerError):
    """No deployment on this chain is known."""

    chain_id: int
    folder: str

    def __str__(self) -> str:
        return f"No deployment on chain {self.chain_id} is known in {self.folder}. Run `passmanager deploy`, or say where its file is."


class InsufficientFunds(PassManagerError):
    """The sender cannot pay for gas and value."""

    address: str
    have: int
    need: int

    def __str__(self) -> str:
        return f"{self.address} has {self.have} wei, but {self.need} wei are needed. Send {self.need - self.have} wei to it."


# --- input


class LogsMissing(PassManagerError):
    """The logs do not tell of all that a wallet holds."""

    wallet: str
    what: str
    found: int
    expected: int
    first_block: int

    def __str__(self) -> str:
        return (
            f"{self.wallet} has {self.expected} {self.what}, but the node's logs from block {self.first_block} on tell of {self.found}."
            " Ask a node that keeps all logs, and connect with the deployment's file, which knows the first block."
        )


class BadAddress(PassManagerError, ValueError):
    """A text that is no address."""

    text: str
    problem: str

    def __str__(self) -> str:
        return f"{self.text!r} is no address: {self.problem}. Copy it again from where it came."


class BadAmount(PassManagerError, ValueError):
    """An amount that is not exact, or that its token does not have."""

    amount: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.amount} is no amount: {self.problem}. Give a whole number of the smallest unit,"
            " or a Decimal made of a text, with the token's Currency."
        )


class BadKey(PassManagerError, ValueError):
    """A private key or key file that cannot be used. Never holds the key."""

    source: str
    problem: str

    def __str__(self) -> str:
        return f"The key in {self.source} cannot be used: {self.problem}."


class BadArgument(PassManagerError, ValueError):
    """An argument that does not fit the function."""

    function: str
    problem: str

    def __str__(self) -> str:
        return f"{self.function}: {self.problem}. Nothing was sent."


class NoSigner(PassManagerError):
    """A transaction without anybody to sign it."""

    call: str

    def __str__(self) -> str:
        return f"{self.call} needs a signer. Give the client one, for instance LocalSigner.from_key(...)."


class MissingEvent(PassManagerError, LookupError):
    """A transaction did not emit the event that was asked for, or more than one."""

    event: str
    count: int

    def __str__(self) -> str:
        return f"Expected one {self.event} in this transaction, found {self.count}. Use events_of() for lists."


# --- deployment


class DeploymentError(PassManagerError):
    """The contracts cannot be deployed."""


class AlreadyDeployed(DeploymentError):
    """There is a deployment, and nobody said to replace it."""

    path: str
    chain_id: int
    block_number: int

    def __str__(self) -> str:
        return (
            f"{self.path} names a deployment on chain {self.chain_id} of block {self.block_number}."
            " Pass --replace to deploy another one and forget that one, or another --out."
        )


class NonceTaken(DeploymentError):
    """A nonce of the plan went to another transaction."""

    path: str
    contract: str
    sender: str
    nonce: int
    next_nonce: int

    def __str__(self) -> str:
        return (
            f"{self.contract} was to be created with nonce {self.nonce} of {self.sender}, but that went to another"
            f" transaction (the next nonce is {self.next_nonce}), so the planned addresses cannot be reached."
            f" Pass --replace to plan anew in {self.path}, and let nothing else use this account meanwhile."
        )


class ChainReset(DeploymentError):
    """The chain is another one than when the file was written."""

    path: str
    chain_id: int
    block_number: int
    expected: str
    actual: str

    def __str__(self) -> str:
        return (
            f"{self.path} was written for a chain {self.chain_id} whose block {self.block_number} was {self.expected},"
            f" here it is {self.actual}: that chain is gone or was reset. Pass --replace to deploy anew, or another --out."
        )


class PlanMismatch(DeploymentError):
    """The plan on disk is for something else."""

    path: str
    what: str
    planned: str
    given: str

    def __str__(self) -> str:
        return (
            f"{self.path} is a started deployment with another {self.what}: planned {self.planned}, given {self.given}."
            " Call with the planned one to go on, or pass --replace to plan anew."
        )


class UnreadableFile(DeploymentError):
    """A deployment file that cannot be read."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} cannot be used: {self.problem}. Restore it, or move it away."


class CreationFailed(DeploymentError):
    """A contract could not be created."""

    contract: str
    address: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.contract} was not created at {self.address}: {self.problem}. Run the same command again to go on."
        )


class WiringMismatch(DeploymentError):
    """A contract names another peer than it should."""

    contract: str
    getter: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return (
            f"{self.contract}.{self.getter} is {self.actual}, expected {self.expected}."
            " These contracts do not belong together: pass --replace to deploy anew."
        )


# --- development chain


class DevchainError(PassManagerError):
    """The local node cannot be used."""


class AnvilMissing(DevchainError):
    """Anvil is not installed."""

    def __str__(self) -> str:
        return (
            "The local node, Anvil, is neither on PATH nor in node_modules. Run `make setup` in the project,"
            " or `npm install @foundry-rs/anvil`, or install Foundry."
        )


class AnvilFailed(DevchainError):
    """Anvil ended at its start."""

    output: str

    def __str__(self) -> str:
        return f"Anvil did not start: {self.output or 'no output'}. Is the port in use? `--port 0` takes a free one."
