"""`make run`: one process that starts, watches and stops the parts of an embedded installation."""
