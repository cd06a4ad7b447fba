/* A shared library for tests that a host must refuse: it is no plugin at all. */
int wsp_no_symbol_here(void);

int wsp_no_symbol_here(void) { return 1; }
