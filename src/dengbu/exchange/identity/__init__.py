"""The police population service: name and number. See docs/exchange/identity.md."""
