"""Files and folders on this machine: databases, git's index, and what git says of a work tree."""
