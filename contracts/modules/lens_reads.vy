# pragma version ~=0.4.3
"""
@title lens_reads
@license Apache-2.0
@notice Where PassLens looks: its peers, and the passes and items that they hold.
@dev The getters of the addresses are exported by PassLens.
"""
from ..interfaces import ICatalog
from ..interfaces import IPaymentEscrow
from ..interfaces import IProductPass
from ..interfaces import IPurchaseManager
from . import errors
from . import packing

purchaseManager: public(immutable(address))
organizationNFT: public(immutable(address))
catalog: public(immutable(address))
promotions: public(immutable(address))
productPass: public(immutable(address))
paymentEscrow: public(immutable(address))

MAX_PRODUCTS: constant(uint256) = 64
RENEWAL: constant(Bytes[4]) = method_id(
    "renewal((uint256,uint256,uint256,address,uint256,uint256,uint256),uint256)"
)
TOKEN_FAILED: constant(uint256) = 11  # both suffice


@deploy
def __init__(
    purchase_manager: address,
    organization_nft: address,
    catalog_: address,
    promotions_: address,
    product_pass: address,
    payment_escrow: address,
):
    purchaseManager = purchase_manager
    organizationNFT = organization_nft
    catalog = catalog_
    promotions = promotions_
    productPass = product_pass
    paymentEscrow = payment_escrow


@internal
@view
def _pass_word(product_pass_id: uint256) -> uint256:
    """
    @notice The word of a pass; 0 if it was never minted, or burned (its items stay in storage).
    """
    return staticcall IProductPass(productPass).wordOf(product_pass_id)


@internal
@view
def _existing_pass(product_pass_id: uint256) -> uint256:
    word: uint256 = self._pass_word(product_pass_id)
    if word == 0:
        errors._no_such_pass(product_pass_id)
    return word


@internal
@view
def _existing_token(product_pass_id: uint256) -> uint256:
    """
    @notice The same where a standard about NFTs asks.
    """
    word: uint256 = self._pass_word(product_pass_id)
    if word == 0:
        errors._erc721_nonexistent_token(product_pass_id)
    return word


@internal
@view
def _item_word(product_pass_id: uint256, product_id: uint256) -> uint256:
    return staticcall IPurchaseManager(purchaseManager).stateOf(product_pass_id, product_id)


@internal
@view
def _usage_word(product_pass_id: uint256, product_id: uint256) -> uint256:
    return staticcall IPurchaseManager(purchaseManager).usageStateOf(product_pass_id, product_id)


@internal
@view
def _item(product_pass_id: uint256, product_id: uint256) -> ICatalog.Item:
    """
    @notice An item as Catalog wants it; refuses a pass or an item that is not there.
    """
    item: ICatalog.Item = self._item_of(
        self._existing_pass(product_pass_id), product_pass_id, product_id
    )
    if item.word == 0:
        errors._no_such_item(product_pass_id, product_id)
    return item


@internal
@view
def _item_of(pass_word: uint256, product_pass_id: uint256, product_id: uint256) -> ICatalog.Item:
    """
    @notice An item as Catalog wants it; without a word if there is no such pass or not this product on it.
    """
    word: uint256 = 0
    if pass_word != 0:  # what was on a burned pass stays in storage
        word = self._item_word(product_pass_id, product_id)
    usage: uint256 = 0
    if (word >> packing.USAGE_BIT) & 1 != 0:
        usage = self._usage_word(product_pass_id, product_id)
    return ICatalog.Item(
        orgId=packing._pass_org(pass_word),
        productPassId=product_pass_id,
        productId=product_id,
        holder=packing._pass_owner(pass_word),
        discountBps=packing._pass_discount_bps(pass_word),
        word=word,
        usage=usage,
    )


@internal
@view
def _chain(
    product_pass_id: uint256, pass_word: uint256
) -> (DynArray[uint256, MAX_PRODUCTS], DynArray[uint256, MAX_PRODUCTS]):
    """
    @notice Products of a pass and their words, the newest product first.
    """
    products: DynArray[uint256, MAX_PRODUCTS] = []
    words: DynArray[uint256, MAX_PRODUCTS] = []
    product_id: uint256 = packing._pass_first(pass_word)
    for _: uint256 in range(MAX_PRODUCTS):
        if product_id == 0:
            break
        word: uint256 = self._item_word(product_pass_id, product_id)
        products.append(product_id)
        words.append(word)
        product_id = packing._item_next(word)
    return products, words


@internal
@view
def _token_items(product_pass_id: uint256) -> DynArray[uint256, MAX_PRODUCTS]:
    """
    @notice The words on a pass, where a standard about NFTs asks.
    """
    return (self._chain(product_pass_id, self._existing_token(product_pass_id)))[1]


@internal
@view
def _renewal(item: ICatalog.Item, by: uint256) -> ICatalog.Renewal:
    return staticcall ICatalog(catalog).renewal(item, by)


@internal
@view
def _renews(item: ICatalog.Item, by: uint256) -> bool:
    """
    @notice Would a renewal go ahead? A restart that sale rules forbid reverts in Catalog.
    """
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        catalog,
        abi_encode(item, by, method_id=RENEWAL),
        max_outsize=32,
        is_static_call=True,
        revert_on_failure=False,
    )
    return success and convert(answer, uint256) == 0  # the reason comes first


@internal
@view
def _money_obstacle(token: address, payer: address, amount: uint256) -> uint256:
    """
    @notice Outcome 8 (allowance) or 9 (balance) if the payer lacks it for an ERC-20, else 0.
    """
    if token == empty(address) or amount == 0:
        return 0
    reason: uint256 = (staticcall IPaymentEscrow(paymentEscrow).obstacle(token, payer, amount))[0]
    return 0 if reason == TOKEN_FAILED else reason
