"""What words mean: the vocabulary of post-mortems, in several languages."""
