# pragma version ~=0.4.3
"""
@title text
@license Apache-2.0
@notice Is a string fit to be shown? Valid UTF-8 without control characters; what JSON needs beyond that
        (quotes, backslashes) is escaped where it is put together.
@dev Pure. Call it with a String of any length up to 512: `text._is_clean(product.name)`.
     Whether a text may be empty is the caller's to say; an empty one is clean.
"""

# The same value in each of the 32 bytes of a word.
ONES: constant(uint256) = max_value(uint256) // 255
BLANKS: constant(uint256) = ONES * 32
HIGH_BITS: constant(uint256) = ONES * 128

# Bit n is set for each n that is the code of one of 0-9, A-F, a-f.
HEX_DIGITS: constant(uint256) = ((2**10 - 1) << 48) | ((2**6 - 1) << 65) | ((2**6 - 1) << 97)


@internal
@pure
def _is_clean(text: String[512]) -> bool:
    """
    @notice Is this UTF-8 as of RFC 3629 (nothing overlong, no surrogates, nothing above U+10FFFF, no
            sequence cut short) without U+0000 to U+001F and U+007F to U+009F?
    """
    # Padded with blanks, so that it can be read in whole words; blanks are clean and end any sequence.
    padded: Bytes[544] = concat(convert(text, Bytes[512]), convert(BLANKS, bytes32))
    missing: uint256 = 0  # bytes of the present character that are still to come
    least: uint256 = 128  # what the next of them may be: not always 0x80 to 0xbf
    most: uint256 = 191
    for i: uint256 in range(len(text) // 32 + 1, bound=17):
        word: uint256 = convert(extract32(padded, i * 32), uint256)
        if missing == 0 and word & HIGH_BITS == 0:
            if self._has_control(word):
                return False
            continue
        for _: uint256 in range(32):
            byte: uint256 = word >> 248
            word <<= 8
            if missing != 0:
                if byte < least or byte > most:
                    return False
                missing = unsafe_sub(missing, 1)  # not 0 here
                least = 128
                most = 191
            elif byte < 128:
                if byte < 32 or byte == 127:
                    return False
            elif byte < 194 or byte > 244:
                return False  # a continuation out of place, an overlong form, or above U+10FFFF
            elif byte < 224:
                missing = 1
                if byte == 194:
                    least = 160  # U+0080 to U+009F are control characters
            elif byte < 240:
                missing = 2
                if byte == 224:
                    least = 160  # below it would be overlong
                elif byte == 237:
                    most = 159  # above it are the surrogates
            else:
                missing = 3
                if byte == 240:
                    least = 144  # below it would be overlong
                elif byte == 244:
                    most = 143  # above it is more than U+10FFFF
    return True  # the last word ends with a blank, so nothing is missing


@internal
@pure
def _has_control(word: uint256) -> bool:
    """
    @notice Is one of 32 bytes, all below 0x80, below 0x20 or equal to 0x7f?
    @dev No byte carries into the next: 0x7f + 1 fits, and each minuend has its high bit set.
    """
    return ((word + ONES) | ~((word | HIGH_BITS) - BLANKS)) & HIGH_BITS != 0


@internal
@pure
def _is_color(color: String[6]) -> bool:
    """
    @notice Is this six hexadecimal digits, or nothing?
    """
    digits: uint256 = convert(convert(color, Bytes[6]), uint256)
    for _: uint256 in range(len(color), bound=6):
        if (HEX_DIGITS >> (digits & 255)) & 1 == 0:
            return False
        digits >>= 8
    return len(color) == 0 or len(color) == 6
