"""What the machine says: git, the user, mounted file systems, connections, cron."""
