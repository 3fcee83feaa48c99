"""测绘成果 at the desk: the list, one survey with its building tables, handing a file in, what is wrong with it."""
