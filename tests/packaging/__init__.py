"""What is shipped, judged by the same checks wherever it is installed."""
