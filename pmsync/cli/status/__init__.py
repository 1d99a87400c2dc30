"""How `pmsync status` answers a person at a terminal, and a program; and why it has nothing to show."""
