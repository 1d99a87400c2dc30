"""Which item is which: keys, markers, and how an edited item is recognised."""
