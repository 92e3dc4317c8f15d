"""Orders and payments: two axes of status, one table of allowed moves, and a history of all of them."""
