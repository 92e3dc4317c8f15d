"""Organizations: NFTs with roles that a transfer clears (R1)."""

from dataclasses import dataclass, field

from .nfts import Nfts
from .refusal import refuse_if

CATALOG, PROMOTIONS, AIRDROP, USAGE, REFUND, SUPPORT = 1, 2, 4, 8, 16, 32
ALL_ROLES = 63


@dataclass
class Orgs:
    nfts: Nfts = field(default_factory=Nfts)
    epochs: dict[int, int] = field(default_factory=dict)
    roles: dict[tuple[int, int, str], int] = field(default_factory=dict)

    def mint(self, to: str) -> int:
        refuse_if(int(to, 16) == 0, "ERC721InvalidReceiver")
        org_id = len(self.epochs) + 1
        self.nfts.owners[org_id] = to
        self.epochs[org_id] = 0
        return org_id

    def holder(self, org_id: int) -> str:
        refuse_if(org_id not in self.nfts.owners, "NoSuchOrganization")
        return self.nfts.owners[org_id]

    def transfer(self, caller: str, sender: str, to: str, org_id: int) -> None:
        self.nfts.transfer(caller, sender, to, org_id)
        self.epochs[org_id] += 1

    def set_roles(self, caller: str, org_id: int, account: str, bits: int) -> None:
        self.require_holder(org_id, caller)
        refuse_if(bits > ALL_ROLES, "NumberTooLarge")
        self.roles[org_id, self.epochs[org_id], account] = bits

    def roles_of(self, org_id: int, account: str) -> int:
        return self.roles.get((org_id, self.epochs[org_id], account), 0)

    def has_role(self, org_id: int, account: str, role: int) -> bool:
        if org_id not in self.nfts.owners:
            return False
        return self.nfts.owners[org_id] == account or bool(self.roles_of(org_id, account) & role)

    def require_role(self, org_id: int, account: str, role: int) -> None:
        refuse_if(not self.has_role(org_id, account, role), "NotAuthorized")

    def require_holder(self, org_id: int, account: str) -> None:
        refuse_if(self.holder(org_id) != account, "NotOrganizationHolder")
