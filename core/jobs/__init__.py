"""What all jobs share: progress events, pacing, a threaded map."""
