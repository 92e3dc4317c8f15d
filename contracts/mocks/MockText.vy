# pragma version 0.4.3
"""
@title MockText
@license Apache-2.0
@notice Exports the module `text` for its tests.
"""
from ..modules import text


@external
@pure
def isClean(candidate: String[512]) -> bool:
    """
    @notice See `text._is_clean`.
    @param candidate The text.
    @return Is it clean?
    """
    return text._is_clean(candidate)


@external
@pure
def isCleanShort(candidate: String[64]) -> bool:
    """
    @notice The same for a shorter string, as a product's name is.
    @param candidate The text.
    @return Is it clean?
    """
    return text._is_clean(candidate)


@external
@pure
def isColor(candidate: String[6]) -> bool:
    """
    @notice See `text._is_color`.
    @param candidate The text.
    @return Is it a color?
    """
    return text._is_color(candidate)
