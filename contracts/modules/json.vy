# pragma version ~=0.4.3
"""
@title json
@license Apache-2.0
@notice Pieces of JSON for token metadata (R23): templates with texts put in. Whatever a text holds, it cannot
        end its string.
@dev Pure. Texts are valid UTF-8 without control characters (checked when they are stored); control characters
     are escaped all the same. A Vyper string cannot grow in place, so `_escape` collects 32-byte words.
"""

MAX_DOCUMENT: constant(uint256) = 49_128  # what `base64` takes
MAX_TEXT: constant(uint256) = 512
MAX_TEXTS: constant(uint256) = 7
MAX_FILLED: constant(uint256) = 16_384
MAX_ESCAPED: constant(uint256) = 3_072  # a control character becomes six letters
MAX_WORDS: constant(uint256) = 97

QUOTE: constant(uint256) = 34
BACKSLASH: constant(uint256) = 92
SPACE: constant(uint256) = 32  # control characters come before it
ZERO: constant(uint256) = 48
CONTROL: constant(uint256) = (92 << 40) | (117 << 32) | 808_464_432  # "\u0000": backslash, u, four zeros


@internal
@pure
def _add(
    document: String[MAX_DOCUMENT], template: String[MAX_TEXT], texts: DynArray[String[MAX_TEXT], MAX_TEXTS]
) -> String[MAX_DOCUMENT]:
    """
    @notice The document, then the template with each digit replaced by the text of that number, escaped. An
            empty text is left out together with what stands between it and the text before.
    """
    padded: Bytes[MAX_TEXT + 32] = concat(convert(template, Bytes[MAX_TEXT]), empty(bytes32))
    filled: String[MAX_FILLED] = ""
    done: uint256 = 0
    for i: uint256 in range(len(template), bound=MAX_TEXT):
        letter: uint256 = extract32(padded, i, output_type=uint256) >> 248
        if letter >= ZERO and letter < ZERO + MAX_TEXTS:
            text: String[MAX_TEXT] = texts[unsafe_sub(letter, ZERO)]
            if len(text) != 0:
                filled = convert(
                    concat(filled, slice(template, done, unsafe_sub(i, done)), self._escape(text)),
                    String[MAX_FILLED],
                )
            done = unsafe_add(i, 1)
    return convert(
        concat(document, filled, slice(template, done, unsafe_sub(len(template), done))), String[MAX_DOCUMENT]
    )


@internal
@pure
def _escape(text: String[MAX_TEXT]) -> String[MAX_ESCAPED]:
    """
    @notice `text` as it stands between the quotes of a JSON string.
    """
    padded: Bytes[MAX_TEXT + 32] = concat(convert(text, Bytes[MAX_TEXT]), empty(bytes32))
    words: DynArray[uint256, MAX_WORDS] = []
    word: uint256 = 0
    free: uint256 = 256  # bits of `word`
    for i: uint256 in range(len(text), bound=MAX_TEXT):
        letters: uint256 = extract32(padded, i, output_type=uint256) >> 248
        bits: uint256 = 8
        if letters == QUOTE or letters == BACKSLASH:
            letters |= BACKSLASH << 8
            bits = 16
        elif letters < SPACE:
            letters = self._control(letters)
            bits = 48
        if bits <= free:
            free = unsafe_sub(free, bits)
            word |= letters << free
        else:
            words.append(word | (letters >> unsafe_sub(bits, free)))
            free = unsafe_sub(unsafe_add(free, 256), bits)
            word = letters << free  # what is in the finished word falls out on the left
    length: uint256 = unsafe_sub(32 * unsafe_add(len(words), 1), free >> 3)
    words.append(word)
    # behind the length of the list
    return convert(slice(abi_encode(words, ensure_tuple=False), 32, length), String[MAX_ESCAPED])


@internal
@pure
def _control(code: uint256) -> uint256:
    """
    @notice The six letters of a control character, `\\u0000` to `\\u001f`.
    """
    digit: uint256 = code & 15
    if digit > 9:
        digit = unsafe_add(digit, 39)  # from the one after '9' to 'a'
    return unsafe_add(unsafe_add(CONTROL, (code & 16) << 4), digit)  # CONTROL ends with zeros


@internal
@pure
def _number(number: uint256) -> String[78]:
    """
    @notice `number` in digits.
    """
    return uint2str(number)


@internal
@pure
def _percent(bps: uint256) -> String[82]:
    """
    @notice Basis points as a text: 3,505 is "35.05%".
    """
    return concat(self._number(bps // 100), ".", slice(self._number(100 + bps % 100), 1, 2), "%")
