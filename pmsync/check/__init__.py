"""`pmsync check`: rules about documents, and the comments that ignore them."""
