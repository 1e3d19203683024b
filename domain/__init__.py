"""Pure rules and values of the electoral roll: standard library only; no clock, no randomness, no I/O."""
