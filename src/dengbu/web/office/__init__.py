"""Small pages that keep an office going: money that does not fit, appointment slots, stock of blanks."""
