"""Money that goes back: buyers ask, merchants decide, the bank or the chain pays."""
