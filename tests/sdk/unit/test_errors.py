import inspect
import pickle
from contextlib import contextmanager
from dataclasses import fields

import pytest

from passmanager import errors
from passmanager.abi.errors import SoldOut
from passmanager.errors import ContractError, PassManagerError, WrongChain

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
LEAVES = [kind for kind in CLASSES if "__str__" in vars(kind) and not issubclass(kind, ContractError)]
SAMPLES = {int: 5, str: "text", bytes: b"\1", float: 1.5, "Any": None}


def sample(kind):
    return kind(**{field.name: SAMPLES.get(field.type, ["x"]) for field in fields(kind)})


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_tree_in_the_module_names_every_class(kind):
    assert kind.__name__ in (errors.__doc__ or "")
    assert issubclass(kind, PassManagerError)


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_messages_have_the_data_and_end_as_sentences(kind):
    text = str(sample(kind))
    assert text.endswith(".")
    assert "None" not in text


def test_errors_survive_another_process():
    copy = pickle.loads(pickle.dumps(SoldOut(product_id=3, max_supply=10, call="f")))
    assert (type(copy), copy.product_id, copy.max_supply, copy.call) == (SoldOut, 3, 10, "f")


def test_errors_pass_through_context_managers():
    @contextmanager
    def block():
        yield

    with pytest.raises(WrongChain, match="Expected chain 1, but the node is on chain 2"), block():
        raise WrongChain(expected=1, actual=2)
