"""Who asks for himself instead of for a merchant: keys of the API, customers, rights of access, buyers signed in."""
