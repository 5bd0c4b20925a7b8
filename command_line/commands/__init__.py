"""The commands, by what they work on. Each runs a job of core, prints its result and returns an exit status."""
