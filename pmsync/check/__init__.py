"""What `pmsync check` finds in documents: its rules, their wording, and which findings a document ignores."""
