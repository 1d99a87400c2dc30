"""Where tickets live. A tracker knows its service and nothing of documents, ledger or plan."""
