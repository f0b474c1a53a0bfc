"""What speed claims come from: ratios, on one machine in one run, against the tool a user would pick instead."""
