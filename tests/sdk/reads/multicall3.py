"""Writes the code of contracts/mocks/MockMulticall3.vy for tests that have no compiler.

Usage: python -m tests.sdk.reads.multicall3
"""

from pathlib import Path

FIXTURE = Path(__file__).with_name("multicall3.hex")
SOURCE = Path(__file__).resolve().parents[3] / "contracts/mocks/MockMulticall3.vy"


def compiled() -> str:
    import vyper  # noqa: PLC0415 - only where there is one
    from vyper.compiler.settings import Settings  # noqa: PLC0415

    text = SOURCE.read_text()
    made = vyper.compile_code(text, output_formats=["bytecode_runtime"], settings=Settings(evm_version="cancun"))
    return made["bytecode_runtime"]


if __name__ == "__main__":
    FIXTURE.write_text(compiled() + "\n")
