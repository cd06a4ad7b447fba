"""One test and more for every row of ROWS.md that this version answers for."""
