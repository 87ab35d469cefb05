"""Measures Catalogizer side by side with the programs that people use for the same jobs. See Benchmarks/README.md."""
