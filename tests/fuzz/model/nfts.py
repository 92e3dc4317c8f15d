"""ERC-721 ownership and approvals, as both NFTs have them."""

from dataclasses import dataclass, field

from .refusal import refuse_if

ZERO = "0x" + "00" * 20


@dataclass
class Nfts:
    owners: dict[int, str] = field(default_factory=dict)
    approved: dict[int, str] = field(default_factory=dict)
    operators: set[tuple[str, str]] = field(default_factory=set)

    def owner_of(self, token_id: int) -> str:
        refuse_if(token_id not in self.owners, "ERC721NonexistentToken")
        return self.owners[token_id]

    def approve(self, caller: str, to: str, token_id: int) -> None:
        owner = self.owner_of(token_id)
        allowed = caller == owner or (owner, caller) in self.operators
        refuse_if(not allowed, "ERC721InvalidApprover")
        self.approved[token_id] = to

    def set_approval_for_all(self, caller: str, operator: str, approved: bool) -> None:
        refuse_if(operator == ZERO, "ERC721InvalidOperator")
        (self.operators.add if approved else self.operators.discard)((caller, operator))

    def may_move(self, caller: str, token_id: int) -> bool:
        owner = self.owners[token_id]
        return caller == owner or self.approved.get(token_id) == caller or (owner, caller) in self.operators

    def transfer(self, caller: str, sender: str, to: str, token_id: int) -> None:
        self.check_transfer(caller, sender, to, token_id)
        self.approved.pop(token_id, None)
        self.owners[token_id] = to

    def check_transfer(self, caller: str, sender: str, to: str, token_id: int) -> None:
        refuse_if(self.owner_of(token_id) != sender, "ERC721IncorrectOwner")
        refuse_if(to == ZERO, "ERC721InvalidReceiver")
        refuse_if(not self.may_move(caller, token_id), "ERC721InsufficientApproval")

    def burn(self, token_id: int) -> None:
        self.approved.pop(token_id, None)
        del self.owners[token_id]
