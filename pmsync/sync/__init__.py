"""A run: observe, plan, guard, apply, and the lock that it holds."""
