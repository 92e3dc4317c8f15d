import importlib.util

import pytest

from tests.sdk.reads import multicall3


@pytest.mark.skipif(importlib.util.find_spec("vyper") is None, reason="there is no compiler in this environment")
def test_the_code_for_tests_is_that_of_the_mock():
    assert multicall3.FIXTURE.read_text().strip() == multicall3.compiled()
