"""Looks at an agent's surroundings and says what is wrong with them, and what to do."""
