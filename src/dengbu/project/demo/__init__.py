"""The demo district: a made-up 上街区, the same each time, for demonstration, training, tests and walkthroughs.

`plan()` is the whole district as plain data (pure and deterministic); `actions.load_district` enters it.
All people are invented; their identity numbers lie in region code 419999, where nobody lives.
"""
