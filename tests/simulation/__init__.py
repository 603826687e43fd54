"""The convergence simulation: the real sync on a made-up file tree, clock and watcher. Never sleeps and never guesses."""
