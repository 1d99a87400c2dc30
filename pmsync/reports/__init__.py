"""What people are shown: status, plan, outcome, findings, metrics."""
