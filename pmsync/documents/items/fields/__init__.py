"""The fields of an item: owners, tickets, dates and whatever else its words say of it."""
