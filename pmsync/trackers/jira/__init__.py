"""Tickets as issues of a Jira project, on Cloud and Data Center."""
