"""Actions of the state machines, by subject. A machine is `ShopMachine` with the subjects it mixes in.

Each rule makes one call through `Session.do`, which asks model and contracts and compares. Most draws
lead to a call that goes through (`pick` prefers what fits); `odd` draws a stranger, a wrong id or a wrong
amount about one time in eight, so that refusals occur too without taking over.
"""
