"""Which days are worked on: weekends, public holidays and an organisation's own days off."""
