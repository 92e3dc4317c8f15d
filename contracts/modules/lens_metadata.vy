# pragma version ~=0.4.3
"""
@title lens_metadata
@license Apache-2.0
@notice ERC-721 metadata of passes and organizations, as JSON on the chain (R23).
@dev Every text goes through `json._escape`. The bounds hold for a pass with 64 products and 128 listed
     discounts whose names are all quotes; about 4,000,000 gas for 64 products.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IPromotions
from . import base64
from . import json
from . import lens_catalog
from . import lens_reads
from . import packing

uses: lens_reads
uses: lens_catalog

MAX_DOCUMENT: constant(uint256) = 49_128
MAX_METADATA: constant(uint256) = 1_792  # ABI-encoded
MAX_LISTED: constant(uint256) = 128  # of a pass's discounts; the total is of all

# Digits stand for texts, see `json._add`.
HEAD: constant(String[256]) = (
    '{"name":"0","description":"1","image":"2","external_url":"3","background_color":"4","animation_url":"5","attributes":[{"trait_type":"Organization","value":"6"}'
)
RULES: constant(String[96]) = ',{"trait_type":"Allow List","value":"0"},{"trait_type":"Max Passes","value":"1"}]}'
PRODUCT: constant(String[64]) = ',{"trait_type":"Product 0","value":"1"}'
SUBSCRIPTION: constant(String[64]) = ',{"trait_type":"Subscription 0","value":"2"}'
DATES: constant(String[160]) = (
    ',{"display_type":"date","trait_type":"Subscription 0 Start","value":3},{"display_type":"date","trait_type":"Subscription 0 End","value":4}'
)
DISCOUNT: constant(String[64]) = ',{"trait_type":"Discount 0","value":"1"}'
TOTAL_DISCOUNT: constant(String[64]) = ',{"trait_type":"Total Discount","value":"0"}'


@external
@view
def passURI(productPassId: uint256) -> String[65536]:
    """
    @notice Metadata of a pass: what its organization says about it, and what is on it now.
    @dev Anyone. Reverts ERC721NonexistentToken. Where the organization set no name for its passes it is
         "<organization> pass #<id>". Lists the first 128 discounts; the total is of all.
    @param productPassId Pass.
    @return `data:application/json;base64,...`
    """
    word: uint256 = lens_reads._existing_token(productPassId)
    org_id: uint256 = packing._pass_org(word)
    metadata: IOrganizationNFT.Metadata = self._metadata(org_id, True)
    title: String[256] = metadata.name
    if len(title) == 0:
        title = concat(self._org_name(org_id), " pass #", json._number(productPassId))
    document: String[MAX_DOCUMENT] = self._head(org_id, title, metadata)
    document = self._with_products(document, productPassId, word)
    bps: uint256 = packing._pass_discount_bps(word)
    if bps != 0:
        document = self._with_discounts(document, productPassId, bps)
    return base64._json_uri(json._add(document, "]}", []))


@external
@view
def orgURI(orgId: uint256) -> String[8192]:
    """
    @notice Metadata of an organization: what it says about itself, and its sale rules.
    @dev Anyone. For an organization that does not exist: as if it had set nothing.
    @param orgId Organization.
    @return `data:application/json;base64,...`
    """
    rules: ICatalog.SaleRules = lens_catalog._rules(orgId)
    most: String[78] = "No Limit"
    if rules.maxPasses != 0:
        most = json._number(rules.maxPasses)
    document: String[MAX_DOCUMENT] = json._add(
        self._head(orgId, self._org_name(orgId), self._metadata(orgId, False)),
        RULES,
        ["True" if rules.allowList else "False", most],
    )
    return convert(base64._json_uri(document), String[8192])


@internal
@view
def _metadata(org_id: uint256, of_passes: bool) -> IOrganizationNFT.Metadata:
    """
    @notice What the organization set. One call for both: decoding so many texts takes room.
    """
    selector: bytes4 = method_id("orgMetadata(uint256)", output_type=bytes4)
    if of_passes:
        selector = method_id("passMetadata(uint256)", output_type=bytes4)
    return abi_decode(
        raw_call(
            lens_reads.organizationNFT,
            concat(selector, convert(org_id, bytes32)),
            max_outsize=MAX_METADATA,
            is_static_call=True,
        ),
        IOrganizationNFT.Metadata,
    )


@internal
@view
def _org_name(org_id: uint256) -> String[96]:
    name: String[96] = self._metadata(org_id, False).name
    if len(name) == 0:
        name = concat("Organization #", json._number(org_id))
    return name


@internal
@pure
def _head(org_id: uint256, name: String[256], metadata: IOrganizationNFT.Metadata) -> String[MAX_DOCUMENT]:
    """
    @notice The document up to its first attribute.
    """
    return json._add(
        "",
        HEAD,
        [
            name,
            metadata.description,
            metadata.image,
            metadata.externalUrl,
            metadata.backgroundColor,
            metadata.animationUrl,
            json._number(org_id),
        ],
    )


@internal
@view
def _with_products(
    head: String[MAX_DOCUMENT], product_pass_id: uint256, pass_word: uint256
) -> String[MAX_DOCUMENT]:
    """
    @notice Adds what the pass holds, in the order of purchase. A one-time product that was taken back is left
            out; the dates of a paused subscription move, so it has none.
    """
    document: String[MAX_DOCUMENT] = head
    products: DynArray[uint256, 64] = []
    words: DynArray[uint256, 64] = []
    products, words = lens_reads._chain(product_pass_id, pass_word)
    for i: uint256 in range(len(products), bound=64):
        product_id: uint256 = products[len(products) - 1 - i]
        word: uint256 = words[len(products) - 1 - i]
        if (word >> packing.ONE_TIME_BIT) & 1 != 0 and (word >> packing.REVOKED_BIT) & 1 != 0:
            continue
        texts: DynArray[String[512], 7] = [
            json._number(product_id),
            staticcall ICatalog(lens_reads.catalog).productNames(product_id),
            self._status_name(word),
            json._number(packing._item_start(word)),
            json._number(packing._item_end(word)),
        ]
        document = json._add(document, PRODUCT, texts)
        if (word >> packing.ONE_TIME_BIT) & 1 == 0:
            document = json._add(document, SUBSCRIPTION, texts)
            if (word >> packing.PAUSED_BIT) & 1 == 0:
                document = json._add(document, DATES, texts)
    return document


@internal
@view
def _status_name(word: uint256) -> String[9]:
    status: uint256 = packing._item_status(word, block.timestamp)
    if status == packing.STATUS_ACTIVE:
        return "Active"
    if status == packing.STATUS_CANCELLED:
        return "Cancelled"
    if status == packing.STATUS_PAST_DUE:
        return "Past Due"
    if status == packing.STATUS_PAUSED:
        return "Paused"
    return "Expired"


@internal
@view
def _with_discounts(
    before: String[MAX_DOCUMENT], product_pass_id: uint256, bps: uint256
) -> String[MAX_DOCUMENT]:
    document: String[MAX_DOCUMENT] = before
    ids: DynArray[uint256, 240] = staticcall IPromotions(lens_reads.promotions).discountsOf(product_pass_id)
    for i: uint256 in range(min(len(ids), MAX_LISTED), bound=MAX_LISTED):
        name: String[32] = (staticcall IPromotions(lens_reads.promotions).discount(ids[i])).name
        document = json._add(document, DISCOUNT, [json._number(ids[i]), name])
    return json._add(document, TOTAL_DISCOUNT, [json._percent(bps)])
