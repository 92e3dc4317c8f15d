"""How a cart becomes an order: links, sessions, confirmation, and the call that pays on the chain."""
