# pragma version ~=0.4.3
"""
@title base64
@license Apache-2.0
@notice JSON documents as data URIs, in Base64 (RFC 4648, with padding).
@dev Pure. 24 bytes become 32 letters in one word at a time: a loop over bytes would be ten times dearer.
     Nothing here overflows where it must not, as noted; `unsafe_` spares room in the contract.
"""

MAX_DATA: constant(uint256) = 49_128
MAX_WORDS: constant(uint256) = 2_047
MAX_URI: constant(uint256) = 65_536  # 29 letters of prefix, 4 for 3 bytes

ALL: constant(uint256) = max_value(uint256)
ONES: constant(uint256) = max_value(uint256) // 255  # 1 in each of the 32 bytes


@internal
@pure
def _letters(data: uint256) -> uint256:
    """
    @notice 24 bytes (the low ones of `data`) as 32 letters.
    @dev No byte carries into the next: it is at most 63, 165 in a comparison, 137 in the sum.
    """
    # One lane of 192 bits becomes two of 96, each at the bottom of 128, and so on down to 6 bits in each byte.
    x: uint256 = data
    lane: uint256 = 256
    half: uint256 = 96
    for _: uint256 in range(5):
        low: uint256 = x & unsafe_mul(ALL // self._low(lane), self._low(half))  # lower half of each lane
        lane >>= 1
        x = low | ((x ^ low) << unsafe_sub(lane, half))
        half >>= 1
    # A to Z are 0 to 25, a to z 26 to 51, 0 to 9 52 to 61, + is 62 and / is 63.
    up: uint256 = unsafe_add(
        unsafe_mul(6, self._at_least(x, 26)), unsafe_mul(3, self._at_least(x, 63))
    )
    down: uint256 = unsafe_add(
        unsafe_mul(75, self._at_least(x, 52)), unsafe_mul(15, self._at_least(x, 62))
    )
    return unsafe_sub(unsafe_add(unsafe_add(x, unsafe_mul(65, ONES)), up), down)


@internal
@pure
def _low(bits: uint256) -> uint256:
    """
    @notice The number whose lowest `bits` (1 to 256) bits are set.
    """
    one: uint256 = 1
    return unsafe_sub(one << bits, 1)  # 0 - 1 for 256


@internal
@pure
def _at_least(x: uint256, least: uint256) -> uint256:
    """
    @notice 1 in each byte of `x` (all below 64) that is at least `least`, else 0.
    """
    return (unsafe_add(x, unsafe_mul(unsafe_sub(128, least), ONES)) >> 7) & ONES


@internal
@pure
def _json_uri(document: String[MAX_DATA]) -> String[MAX_URI]:
    """
    @notice A JSON document as a link that holds it.
    """
    length: uint256 = len(document)
    padded: Bytes[MAX_DATA + 32] = concat(convert(document, Bytes[MAX_DATA]), empty(bytes32))
    words: DynArray[uint256, MAX_WORDS] = []
    for i: uint256 in range(unsafe_add(length, 23) // 24, bound=MAX_WORDS):
        words.append(self._letters(extract32(padded, unsafe_mul(24, i), output_type=uint256) >> 64))
    # behind the length of the list: four letters for each three bytes begun, the last ones only stand for
    # bytes that are not there
    missing: uint256 = unsafe_sub(3, length % 3) % 3
    used: uint256 = unsafe_sub(unsafe_mul(4, unsafe_add(length, 2) // 3), missing)
    letters: Bytes[32 * MAX_WORDS + 32] = slice(abi_encode(words, ensure_tuple=False), 32, used)
    return convert(
        concat(b"data:application/json;base64,", letters, slice(b"==", 0, missing)), String[MAX_URI]
    )
