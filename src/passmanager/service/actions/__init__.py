"""Post-purchase actions: what a buyer may do with what he bought, and what happens by itself when he has it."""
