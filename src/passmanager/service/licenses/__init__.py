"""License keys: encrypted, issued at most once, readable by their owner for ever."""
