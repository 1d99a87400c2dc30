"""What `pmsync init` finds out and writes."""
