"""The batches as files for the Transaction Builder of Safe, for organizations whose holder is a Safe.

A Safe runs all calls of one file in one transaction, and a batch fills a transaction; so there is one file a batch.
The checksum is the builder's own (safe-global/safe-react-apps, apps/tx-builder/src/lib/checksum.ts): without it
the builder warns that the file was changed.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from eth_utils.crypto import keccak

from passmanager.airdrop.campaign import Campaign
from passmanager.airdrop.errors import UnwritableFile
from passmanager.airdrop.journal import Batch
from passmanager.units import Address

BUILDER_VERSION = "1.16.5"


def safe_batch(campaign: Campaign, batch: Batch, *, safe: Address | str = "", created_at: int = 0) -> dict[str, Any]:
    """One batch as the builder reads it; `created_at` in milliseconds, by default now."""
    call = campaign.call(batch.recipients, batch.reference)
    made: dict[str, Any] = {
        "version": "1.0",
        "chainId": str(campaign.chain_id),
        "createdAt": created_at or int(time.time() * 1000),
        "meta": {
            "name": f"Airdrop {campaign.name}, batch {batch.number}",
            "description": f"A pass for each of {batch.count} wallets, reference 0x{batch.reference.hex()}",
            "txBuilderVersion": BUILDER_VERSION,
            "createdFromSafeAddress": safe,
            "createdFromOwnerAddress": "",
        },
        "transactions": [
            {
                "to": call.to,
                "value": "0",
                "data": f"0x{call.data.hex()}",
                "contractMethod": None,
                "contractInputsValues": None,
            }
        ],
    }
    made["meta"]["checksum"] = checksum_of(made)
    return made


def write_safe_files(
    path: Path, campaign: Campaign, batches: Sequence[Batch], *, safe: Address | str = ""
) -> list[Path]:
    """Writes the batches; `drop.json` becomes `drop-001.json` and so on if there is more than one.

    Raises:
        UnwritableFile: A file cannot be written.
    """
    width = max(len(str(len(batches))), 3)
    paths: list[Path] = []
    for count, batch in enumerate(batches, start=1):
        name = path if len(batches) == 1 else path.with_stem(f"{path.stem}-{count:0{width}}")
        try:
            name.write_text(json.dumps(safe_batch(campaign, batch, safe=safe), indent=2) + "\n")
        except OSError as problem:
            raise UnwritableFile(path=str(name), problem=problem.strerror or "no access") from problem
        paths.append(name)
    return paths


def checksum_of(made: dict[str, Any]) -> str:
    """The builder's checksum: of everything but the name."""
    meta = {**made["meta"], "name": None}
    return f"0x{keccak(text=_serialized({**made, 'meta': meta})).hex()}"


def _serialized(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_serialized, cast('list[Any]', value)))}]"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        keys = sorted(fields)
        return f"{{{_json(keys)}{''.join(f'{_serialized(fields[key])},' for key in keys)}}}"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
