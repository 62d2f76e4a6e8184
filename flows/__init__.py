"""Running: the process, the command line, Prefect."""
