# pragma version ~=0.4.3
"""
@title lens_metadata
@license Apache-2.0
@notice ERC-721 metadata of passes and organizations, as JSON on the chain (R23).
@dev Every text goes through `json._escape`. The bounds hold for a pass with 64 products and 128 listed
     discounts whose names are all quotes; about 4,000,000 gas for 64 products.
"""
from ..interfaces import ICatalog
from ..interfaces import IPromotions
from . import base64
from . import json
from . import lens_catalog
from . import lens_reads
from . import packing

uses: lens_reads
uses: lens_catalog

MAX_DOCUMENT: constant(uint256) = 49_128
MAX_ANSWER: constant(uint256) = 1_792  # metadata of an organization, ABI-encoded
OF_ITSELF: constant(bytes4) = method_id("orgMetadata(uint256)", output_type=bytes4)
OF_PASSES: constant(bytes4) = method_id("passMetadata(uint256)", output_type=bytes4)
DISCOUNT_OF: constant(bytes4) = method_id("discount(uint256)", output_type=bytes4)
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
    document: String[MAX_DOCUMENT] = self._with_products(
        self._head(org_id, productPassId), productPassId, word
    )
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
        self._head(orgId, 0),
        RULES,
        ["True" if rules.allowList else "False", most],
    )
    return convert(base64._json_uri(document), String[8192])


@internal
@view
def _head(org_id: uint256, product_pass_id: uint256) -> String[MAX_DOCUMENT]:
    """
    @notice The document of a pass, or of the organization itself (pass 0), up to its first attribute.
    """
    selector: bytes4 = OF_PASSES if product_pass_id != 0 else OF_ITSELF
    answer: Bytes[MAX_ANSWER] = self._ask(lens_reads.organizationNFT, selector, org_id)
    texts: DynArray[String[512], 7] = []
    for i: uint256 in range(6):
        texts.append(self._text(answer, i))
    texts.append(json._number(org_id))
    if len(texts[0]) == 0:
        answer = self._ask(lens_reads.organizationNFT, OF_ITSELF, org_id)
        name: String[512] = self._text(answer, 0)
        if len(name) == 0:
            name = concat("Organization #", json._number(org_id))
        if product_pass_id != 0:
            name = convert(concat(name, " pass #", json._number(product_pass_id)), String[512])
        texts[0] = name
    return json._add("", HEAD, texts)


@internal
@view
def _ask(peer: address, selector: bytes4, id: uint256) -> Bytes[MAX_ANSWER]:
    """
    @notice The answer of a view that takes an id and returns a struct with texts, ABI-encoded.
    @dev Letting Vyper decode such structs takes 1,500 bytes of code more.
    """
    return raw_call(
        peer, concat(selector, convert(id, bytes32)), max_outsize=MAX_ANSWER, is_static_call=True
    )


@internal
@pure
def _text(answer: Bytes[MAX_ANSWER], index: uint256) -> String[512]:
    """
    @notice The member of the struct with this index, a text. Behind the first word stand the members; of a
            text, the place where its length and content are.
    """
    at: uint256 = 32 + extract32(answer, 32 + 32 * index, output_type=uint256)
    length: uint256 = extract32(answer, at, output_type=uint256)
    return convert(slice(answer, at + 32, length), String[512])


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
        at: uint256 = unsafe_sub(len(products), i + 1)  # i stays below the length
        product_id: uint256 = products[at]
        word: uint256 = words[at]
        once: bool = (word >> packing.ONE_TIME_BIT) & 1 != 0
        if once and (word >> packing.REVOKED_BIT) & 1 != 0:
            continue
        texts: DynArray[String[512], 7] = [
            json._number(product_id),
            staticcall ICatalog(lens_reads.catalog).productNames(product_id),
            self._status_name(word),
            json._number(packing._item_start(word)),
            json._number(packing._item_end(word)),
        ]
        document = json._add(document, PRODUCT, texts)
        if not once:
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
        answer: Bytes[MAX_ANSWER] = self._ask(lens_reads.promotions, DISCOUNT_OF, ids[i])
        document = json._add(document, DISCOUNT, [json._number(ids[i]), self._text(answer, 1)])
    return json._add(document, TOTAL_DISCOUNT, [json._percent(bps)])
