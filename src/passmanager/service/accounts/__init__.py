"""Who a buyer is: sessions, accounts, and which purchases a person holds."""
