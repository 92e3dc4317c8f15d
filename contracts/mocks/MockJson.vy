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
def add(
    document: String[49128], template: String[512], texts: DynArray[String[512], 7]
) -> String[49128]:
    """
    @notice See `json._add`.
    """
    return json._add(document, template, texts)


@external
@pure
def percent(bps: uint256) -> String[82]:
    """
    @notice See `json._percent`.
    """
    return json._percent(bps)


@external
@pure
def jsonUri(document: String[49128]) -> String[65536]:
    """
    @notice See `base64._json_uri`.
    """
    return base64._json_uri(document)
