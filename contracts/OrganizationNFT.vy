# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize codesize
"""
@title OrganizationNFT
@license Apache-2.0
@author passmanager contributors
@notice Merchants as NFTs, and who may act for them. Whoever holds the NFT is the merchant: he alone
        withdraws, and gives roles. Roles end when the NFT changes hands; what is on sale, lists, coupons
        and the balance in PaymentEscrow go with it, so read them before you buy an organization.
@dev Holds no money. Views are not locked: when `onERC721Received` is called, everything is written.
@custom:kill Cannot be stopped: merchants depend on it to withdraw.
"""
from .interfaces import IERC721
from .interfaces import IOrganizationNFT
from .interfaces import IPassLens
from .interfaces import IProductPass
from .modules import erc721
from .modules import errors
from .modules import packing
from .modules import text

implements: IERC721
implements: IOrganizationNFT

initializes: erc721

exports: (
    # who owns what
    erc721.balanceOf,
    erc721.ownerOf,
    # who may move what
    erc721.approve,
    erc721.setApprovalForAll,
    erc721.getApproved,
    erc721.isApprovedForAll,
)

MAX_ID: constant(uint256) = 2**32 - 1  # other contracts keep the id in 32 bits
ALL_ROLES: constant(uint256) = 63
ROLE_CATALOG: constant(uint256) = 1

# Interface id as a number, see modules/erc721.vy.
ERC4906: constant(uint256) = 1_225_148_678  # 0x49064906

productPass: public(immutable(address))
passLens: public(immutable(address))

orgSupply: public(reentrant(uint256))

# Keyed by epoch, org and account; the epoch is in the word of the org (modules/packing.vy).
_roles: HashMap[uint256, HashMap[uint256, HashMap[address, uint256]]]

# False: of the organization NFT itself. True: of its passes.
_metadata: HashMap[bool, HashMap[uint256, IOrganizationNFT.Metadata]]


@deploy
def __init__(productPass_: address, passLens_: address):
    """
    @notice Knows its peers by address; PurchaseManager, which is created last, checks them.
    @param productPass_ Is told when an organization changes what its passes look like.
    @param passLens_ Writes the metadata.
    """
    productPass = productPass_
    passLens = passLens_


@external
def mint(to: address) -> uint256:
    """
    @notice A new organization, for nothing.
    @dev Anyone, for anyone. No callback.
    @param to Its holder, not zero.
    @return Its id; ids count up from 1.
    """
    org_id: uint256 = self.orgSupply + 1
    if org_id > MAX_ID:
        errors._id_out_of_range(org_id)
    self.orgSupply = org_id
    erc721._mint(to, org_id, convert(to, uint256))
    return org_id


@external
def transferFrom(sender: address, receiver: address, tokenId: uint256):
    """
    @notice Gives an organization to somebody else (or takes all roles back, if to oneself).
    @dev Owner, operator or approved account; `receiver` is not asked.
    @param sender The present holder.
    @param receiver The next holder, not zero.
    @param tokenId The organization.
    """
    self._transfer(sender, receiver, tokenId)


@external
def safeTransferFrom(
    sender: address, receiver: address, tokenId: uint256, data: Bytes[1024] = b""
):
    """
    @notice Gives an organization to somebody else, who, if a contract, must agree.
    @dev As `transferFrom`; afterwards `onERC721Received` of a receiver with code must answer as ERC-721
         says, else `ERC721InvalidReceiver`.
    @param sender The present holder.
    @param receiver The next holder, not zero.
    @param tokenId The organization.
    @param data Handed to the receiver, at most 1,024 bytes.
    """
    self._transfer(sender, receiver, tokenId)
    erc721._check_receiver(sender, receiver, tokenId, data)


@external
def setRoles(orgId: uint256, account: address, bits: uint256):
    """
    @notice What an account may do for an organization until it changes hands.
    @dev The holder only.
    @param orgId The organization.
    @param account The account, not zero.
    @param bits All its roles from now on: the sum of 1 catalog, 2 promotions, 4 airdrop, 8 usage, 16 refund,
                32 support; 0 takes all away.
    """
    word: uint256 = self._org(orgId)
    if msg.sender != packing._pass_owner(word):
        errors._not_organization_holder(orgId, msg.sender)
    if account == empty(address):
        errors._zero_address()
    if bits > ALL_ROLES:
        errors._number_too_large(bits, ALL_ROLES)
    self._roles[packing._org_epoch(word)][orgId][account] = bits
    log IOrganizationNFT.RolesSet(orgId=orgId, account=account, roles=bits)


@external
def setOrgMetadata(orgId: uint256, metadata: IOrganizationNFT.Metadata):
    """
    @notice What the organization's own NFT looks like.
    @dev Role catalog.
    @param orgId The organization.
    @param metadata Texts without control characters; an empty one stands for the default.
    """
    self._set_metadata(False, orgId, metadata)
    log IOrganizationNFT.OrgMetadataSet(orgId=orgId, metadata=metadata)
    log IProductPass.MetadataUpdate(tokenId=orgId)


@external
def setPassMetadata(orgId: uint256, metadata: IOrganizationNFT.Metadata):
    """
    @notice What the organization's passes look like.
    @dev Role catalog.
    @param orgId The organization.
    @param metadata Texts without control characters; an empty one stands for the default.
    """
    self._set_metadata(True, orgId, metadata)
    log IOrganizationNFT.PassMetadataSet(orgId=orgId, metadata=metadata)
    extcall IProductPass(productPass).touchAll()


@external
@view
@reentrant
def orgMetadata(orgId: uint256) -> IOrganizationNFT.Metadata:
    """
    @notice What the organization set for its own NFT.
    @param orgId The organization.
    @return Its texts; all empty if none were set.
    """
    return self._metadata_of(False, orgId)


@external
@view
@reentrant
def passMetadata(orgId: uint256) -> IOrganizationNFT.Metadata:
    """
    @notice What the organization set for its passes.
    @param orgId The organization.
    @return Its texts; all empty if none were set.
    """
    return self._metadata_of(True, orgId)


@external
@view
@reentrant
def hasRole(orgId: uint256, account: address, role: uint256) -> bool:
    """
    @notice May an account do this for an organization?
    @param orgId The organization; nobody has a role in one that does not exist.
    @param account The account. The holder may do everything.
    @param role One bit of `setRoles`; of several, one is enough.
    @return May it?
    """
    return self._roles_of(orgId, account) & role != 0


@external
@view
@reentrant
def rolesOf(orgId: uint256, account: address) -> uint256:
    """
    @notice All that an account may do for an organization.
    @param orgId The organization.
    @param account The account.
    @return The sum of its bits of `setRoles`; all of them for the holder.
    """
    return self._roles_of(orgId, account)


@external
@view
@reentrant
def epochOf(orgId: uint256) -> uint256:
    """
    @notice How often an organization has changed hands.
    @param orgId The organization.
    @return The number; 0 too for one that does not exist.
    """
    return packing._org_epoch(erc721._words[orgId])


@external
@view
@reentrant
def isCleanText(candidate: String[512]) -> bool:
    """
    @notice May this text be shown? So that Catalog need not carry the code (modules/text.vy).
    @param candidate The text.
    @return Is it valid UTF-8 without control characters?
    """
    return text._is_clean(candidate)


@external
@pure
def name() -> String[24]:
    """
    @notice ERC-721: what these tokens are called.
    @return The name.
    """
    return "passmanager Organization"


@external
@pure
def symbol() -> String[5]:
    """
    @notice ERC-721: the same in short.
    @return The symbol.
    """
    return "PMORG"


@external
@view
@reentrant
def tokenURI(tokenId: uint256) -> String[8192]:
    """
    @notice The organization as JSON, in a data URI.
    @param tokenId The organization; one that does not exist reverts.
    @return The URI.
    """
    erc721._existing(tokenId)
    return staticcall IPassLens(passLens).orgURI(tokenId)


@external
@pure
def supportsInterface(interfaceId: bytes4) -> bool:
    """
    @notice ERC-165: does this contract keep to an interface?
    @param interfaceId Its id.
    @return Does it?
    """
    return convert(interfaceId, uint256) in [
        erc721.ERC165, erc721.ERC721, erc721.ERC721_METADATA, ERC4906
    ]


@internal
@view
def _org(org_id: uint256) -> uint256:
    word: uint256 = erc721._words[org_id]
    if word == 0:
        errors._no_such_organization(org_id)
    return word


@internal
@view
def _roles_of(org_id: uint256, account: address) -> uint256:
    word: uint256 = erc721._words[org_id]
    if word == 0:
        return 0
    if account == packing._pass_owner(word):
        return ALL_ROLES
    return self._roles[packing._org_epoch(word)][org_id][account]


@internal
def _transfer(sender: address, receiver: address, token_id: uint256):
    word: uint256 = packing._org_next_epoch(erc721._check_transfer(sender, receiver, token_id))
    erc721._move(sender, receiver, token_id, packing._pass_with_owner(word, receiver))
    log IOrganizationNFT.RolesCleared(orgId=token_id, epoch=packing._org_epoch(word))


@internal
def _set_metadata(of_passes: bool, org_id: uint256, metadata: IOrganizationNFT.Metadata):
    self._org(org_id)
    if self._roles_of(org_id, msg.sender) & ROLE_CATALOG == 0:
        errors._not_authorized(org_id, msg.sender, ROLE_CATALOG)
    self._check_text(0, metadata.name)
    self._check_text(1, metadata.description)
    self._check_text(2, metadata.image)
    self._check_text(3, metadata.externalUrl)
    if not text._is_color(metadata.backgroundColor):
        errors._invalid_text(4)
    self._check_text(5, metadata.animationUrl)
    self._metadata[of_passes][org_id] = metadata


@internal
@view
def _metadata_of(of_passes: bool, org_id: uint256) -> IOrganizationNFT.Metadata:
    return self._metadata[of_passes][org_id]


@internal
@pure
def _check_text(field: uint256, candidate: String[512]):
    if not text._is_clean(candidate):
        errors._invalid_text(field)
