"""Every act on a case, by the moment of its road."""
