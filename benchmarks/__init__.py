"""Time and memory as ratios to something measured in the same run, and the fit of the confidence figures."""
