"""What gets closed and what does not: the figures of `pmsync report`. Pure; `docs/metrics.md` defines each one."""
