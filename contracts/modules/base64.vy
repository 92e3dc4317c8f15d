# pragma version ~=0.4.3
"""
@title base64
@license Apache-2.0
@notice Base64 (RFC 4648, with padding) and the data URI of a JSON document.
@dev Pure. 24 bytes become 32 letters in one word at a time: an internal function gets copies of its
     arguments, so a shared output buffer is not possible, and a loop over bytes would be ten times dearer.
"""

MAX_DATA: constant(uint256) = 49_128
MAX_ENCODED: constant(uint256) = 65_504  # 4 letters for 3 bytes
MAX_WORDS: constant(uint256) = 2_047
MAX_URI: constant(uint256) = 65_536  # 29 more for the prefix

ONES: constant(uint256) = max_value(uint256) // 255  # 1 in each of the 32 bytes

# The low and the high half of each lane of 192, 96, 48, 24 and 12 bits.
LOW_96: constant(uint256) = 2**96 - 1
LOW_48: constant(uint256) = max_value(uint256) // (2**128 - 1) * (2**48 - 1)
LOW_24: constant(uint256) = max_value(uint256) // (2**64 - 1) * (2**24 - 1)
LOW_12: constant(uint256) = max_value(uint256) // (2**32 - 1) * (2**12 - 1)
LOW_6: constant(uint256) = max_value(uint256) // (2**16 - 1) * (2**6 - 1)


@internal
@pure
def _letters(data: uint256) -> uint256:
    """
    @notice 24 bytes (the low ones of `data`) as 32 letters.
    @dev Never carries from one byte into the next: a byte is at most 63, 165 in a comparison, 137 in the sum.
    """
    # each step halves the lanes: 192 bits in 256, then 96 in 128, down to 6 bits in each byte
    x: uint256 = self._spread(data, LOW_96, 32)
    x = self._spread(x, LOW_48, 16)
    x = self._spread(x, LOW_24, 8)
    x = self._spread(x, LOW_12, 4)
    x = self._spread(x, LOW_6, 2)
    # A to Z are 0 to 25, a to z 26 to 51, 0 to 9 52 to 61, + is 62 and / is 63
    up: uint256 = unsafe_add(
        unsafe_mul(6, self._at_least(x, 26)), unsafe_mul(3, self._at_least(x, 63))
    )
    down: uint256 = unsafe_add(
        unsafe_mul(75, self._at_least(x, 52)), unsafe_mul(15, self._at_least(x, 62))
    )
    return unsafe_sub(unsafe_add(unsafe_add(x, unsafe_mul(65, ONES)), up), down)


@internal
@pure
def _spread(x: uint256, low_halves: uint256, gap: uint256) -> uint256:
    """
    @notice Moves the high half of each lane up by `gap` bits.
    """
    low: uint256 = x & low_halves
    return low | ((x ^ low) << gap)


@internal
@pure
def _at_least(x: uint256, least: uint256) -> uint256:
    """
    @notice 1 in each byte of `x` (all below 64) that is at least `least`, else 0.
    """
    return (unsafe_add(x, unsafe_mul(unsafe_sub(128, least), ONES)) >> 7) & ONES


@internal
@pure
def _encode(prefix: String[32], data: String[MAX_DATA]) -> String[MAX_URI]:
    """
    @notice The prefix as it is, then Base64 of `data`.
    """
    length: uint256 = len(data)
    padded: Bytes[MAX_DATA + 32] = concat(convert(data, Bytes[MAX_DATA]), empty(bytes32))
    words: DynArray[uint256, MAX_WORDS] = []
    for i: uint256 in range((length + 23) // 24, bound=MAX_WORDS):
        words.append(self._letters(extract32(padded, 24 * i, output_type=uint256) >> 64))
    # behind the length of the list: four letters for each three bytes begun, the last ones only stand for
    # bytes that are not there
    missing: uint256 = (3 - length % 3) % 3
    letters: Bytes[32 * MAX_WORDS + 32] = slice(
        abi_encode(words, ensure_tuple=False), 32, (length + 2) // 3 * 4 - missing
    )
    return convert(concat(convert(prefix, Bytes[32]), letters, slice(b"==", 0, missing)), String[MAX_URI])


@internal
@pure
def _json_uri(document: String[MAX_DATA]) -> String[MAX_URI]:
    """
    @notice A JSON document as a link that holds it.
    """
    return self._encode("data:application/json;base64,", document)
