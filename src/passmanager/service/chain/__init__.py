"""What the chain says: followed block by block, kept raw, and handed to the domains as facts."""
