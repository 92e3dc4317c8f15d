"""The on-chain system once more, in plain Python, written from the rules and not from the contracts.

Integers only. Every operation either applies or raises `Refusal` and leaves the state as it was
(`Shop.attempt`). `pricing`, `items`, `periods` are pure; the other files hold or change state.
Where the design leaves a choice, the choice is one function, marked "Choice:".
"""
