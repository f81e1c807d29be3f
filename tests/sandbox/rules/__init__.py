"""Rules without state: what follows from what, as the server decides it."""
