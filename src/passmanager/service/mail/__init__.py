"""E-mails: one for each fact."""
