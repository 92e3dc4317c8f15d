import json
from importlib.resources import files

import pytest

from passmanager.core.names import camel_case, snake_case

NAMES = {
    "productPassId": "product_pass_id",
    "orgURI": "org_uri",
    "tokenURI": "token_uri",
    "supportsInterface": "supports_interface",
    "ERC721NonexistentToken": "erc721_nonexistent_token",
    "organizationNFT": "organization_nft",
    "upTo": "up_to",
    "to": "to",
    "from": "from_",
    "max": "max_",
    "id": "id",
}


@pytest.mark.parametrize(("abi", "python"), NAMES.items())
def test_names_become_snake_case(abi, python):
    assert snake_case(abi) == python


@pytest.mark.parametrize("name", ["orgId", "productPassId", "codeHash", "limit", "tokenId"])
def test_camel_case_is_the_way_back(name):
    assert camel_case(snake_case(name)) == name


def test_errors_arguments_are_camel_case_in_the_abi():
    abi = json.loads(files("passmanager.abi").joinpath("Catalog.json").read_text())["abi"]
    names = [part["name"] for entry in abi if entry["type"] == "error" for part in entry["inputs"]]
    assert "orgId" in names
    assert not [name for name in names if "_" in name]
