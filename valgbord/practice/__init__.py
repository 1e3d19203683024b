"""Practice registers: invented voters at real polling stations, the same every time for the same seed."""
