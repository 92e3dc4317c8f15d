"""Events of the service, and how they reach the merchant: pushed, pulled, repeated."""
