"""How what was bought reaches its buyer."""
