"""Symbol and decimals of the tokens in which something is priced, asked of the tokens once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from passmanager.abi import events as abi
from passmanager.core.pricing import terms_to_json
from passmanager.errors import RpcError
from passmanager.service.chain.logs import Seen
from passmanager.units import NATIVE

SYMBOL, DECIMALS = "0x95d89b41", "0x313ce567"
MOST_DECIMALS = 36
WORD = 32


class Asked(Protocol):
    """As much of a node as is needed here."""

    def request_many(self, requests: Sequence[tuple[str, tuple[object, ...]]]) -> list[Any]:
        """Several requests; errors come back in the list."""
        ...


def tokens_in(logs: Iterable[Seen]) -> set[str]:
    """Tokens of the pricings that were created."""
    found: set[str] = {log.event.terms.token for log in logs if isinstance(log.event, abi.PricingCreated)}
    return found - {NATIVE}


def ask_tokens(node: Asked, tokens: Iterable[str]) -> dict[str, tuple[str, int]]:
    """What tokens say of themselves; one that does not say it has no symbol, and counts in whole units."""
    wanted = sorted(tokens)
    calls = [("eth_call", ({"to": token, "data": data}, "latest")) for token in wanted for data in (SYMBOL, DECIMALS)]
    answers = node.request_many(calls) if calls else []
    pairs = zip(answers[::2], answers[1::2], strict=True)
    return {token: (_text(symbol), _number(decimals)) for token, (symbol, decimals) in zip(wanted, pairs, strict=True)}


def _text(answer: Any) -> str:
    """A `string`, or the `bytes32` of older tokens."""
    data = b"" if isinstance(answer, RpcError) else bytes.fromhex(str(answer)[2:])
    if len(data) > WORD:
        size = int.from_bytes(data[WORD : 2 * WORD])
        data = data[2 * WORD : 2 * WORD + min(size, WORD)]
    text = data.rstrip(b"\0").decode(errors="ignore")
    return "".join(letter for letter in text if (letter.isascii() and letter.isalnum()) or letter in "._-$")[:16]


def _number(answer: Any) -> int:
    value = 0 if isinstance(answer, RpcError) else int(str(answer) if len(str(answer)) > len("0x") else "0x0", 16)
    return value if value <= MOST_DECIMALS else 0


def offers_of(chain_id: int, logs: Iterable[Seen], tokens: Mapping[str, tuple[str, int]]) -> list[dict[str, Any]]:
    """Rows of what the logs offer, and of what tokens said."""
    rows = [_row(chain_id, log, *found) for log in logs if (found := _offer(log)) is not None]
    for token, (symbol, decimals) in tokens.items():
        data = {"symbol": symbol, "decimals": decimals}
        rows.append({
            "chain_id": chain_id, "kind": "token", "number": int(token, 16), "block_number": 0, "log_index": 0,
            "org_id": "", "data": data,
        })  # fmt: skip
    return rows


def _row(chain_id: int, log: Seen, kind: str, number: int, data: dict[str, object]) -> dict[str, Any]:
    return {
        "chain_id": chain_id, "kind": kind, "number": number, "block_number": log.block_number,
        "log_index": log.log_index, "org_id": str(log.org_id), "data": data,
    }  # fmt: skip


def _offer(log: Seen) -> tuple[str, int, dict[str, object]] | None:
    match log.event:
        case abi.PricingCreated() as event:
            return "pricing", event.pricing_id, terms_to_json(event.terms)
        case abi.ProductSet() as event:
            product = event.product
            data: dict[str, object] = {"name": product.name, "description": product.description, "image": product.image}
            return "product", event.product_id, data
        case abi.CouponCreated() as event:
            return "coupon", event.coupon_id, {"code_hash": f"0x{event.code_hash.hex()}", "bps": event.terms.bps}
        case abi.DiscountCreated() as event:
            return "discount", event.discount_id, {"name": event.name, "bps": event.bps}
        case _:
            return None
