"""Writes tickets and ticks back into documents: plans edits of the text (pure), rewrites files, composes both."""

from pmsync.writeback.choose import rewrite
from pmsync.writeback.values import DocumentChange, Edit, Rewrite, Ticketed, applied

__all__ = ["DocumentChange", "Edit", "Rewrite", "Ticketed", "applied", "rewrite"]
