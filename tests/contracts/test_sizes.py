"""Sizes on the chain, with the immutables. EIP-170 allows 24,576 bytes of code, EIP-3860 49,152 of creation code."""

import logging

import pytest

from passmanager.abi import artifact
from passmanager.deployments import NAMES, creation_code

log = logging.getLogger(__name__)  # figures: pytest --log-cli-level=INFO

MOST_RUNTIME = 23_500  # less than the rule, so that a fix of a bug fits
MOST_CREATION = 49_152


@pytest.mark.parametrize("name", NAMES)
def test_code_fits_when_deployed(name, deployment, node):
    made = deployment.contracts[name]
    runtime, creation = len(node.code(made.address)), len(creation_code(name, made.arguments))
    log.info("%s: %s bytes, %s to create it", name, f"{runtime:,}", f"{creation:,}")
    assert runtime <= MOST_RUNTIME
    assert creation <= MOST_CREATION


@pytest.mark.parametrize("name", NAMES)
def test_published_size_is_without_immutables_when_measured(name, deployment, node):
    published = artifact(name)
    immutables = sum(spot["length"] for spot in published["immutables"].values())
    assert len(node.code(deployment.contracts[name].address)) == published["runtimeSize"] + immutables
