"""``valgbord bench``: what this program reaches on this machine, beside what the raw tools reach in the same minutes."""
