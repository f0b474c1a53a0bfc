"""What was asked: the parameters there are, and what their words mean. Neither HTTP nor SQL."""
