"""Where workers live: in this process, in processes of this machine, later on a Ray cluster."""
