"""What a Mintsoft document becomes in Xero: pure functions, no input or output, no clock."""
