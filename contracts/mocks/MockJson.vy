# pragma version 0.4.3
"""
@title MockJson
@license Apache-2.0
@notice Opens the modules `json` and `base64` to tests.
"""
from ..modules import base64
from ..modules import json


@external
@pure
def escape(text: String[512]) -> String[3072]:
    """
    @notice See `json._escape`.
    """
    return json._escape(text)


@external
@pure
def member(key: String[16], text: String[512]) -> String[3096]:
    """
    @notice See `json._member`.
    """
    return json._member(key, text)


@external
@pure
def textTrait(label: String[128], text: String[512]) -> String[3264]:
    """
    @notice See `json._text_trait`.
    """
    return json._text_trait(label, text)


@external
@pure
def numberTrait(label: String[128], number: uint256) -> String[256]:
    """
    @notice See `json._number_trait`.
    """
    return json._number_trait(label, number)


@external
@pure
def dateTrait(label: String[128], time: uint256) -> String[288]:
    """
    @notice See `json._date_trait`.
    """
    return json._date_trait(label, time)


@external
@pure
def percent(bps: uint256) -> String[160]:
    """
    @notice See `json._percent`.
    """
    return json._percent(bps)


@external
@pure
def encode(data: String[49128]) -> String[65504]:
    """
    @notice See `base64._encode`.
    """
    return base64._encode(data)


@external
@pure
def jsonUri(document: String[49128]) -> String[65536]:
    """
    @notice See `base64._json_uri`.
    """
    return base64._json_uri(document)
