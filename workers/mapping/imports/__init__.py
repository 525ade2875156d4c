"""What a Xero document becomes in Mintsoft: pure functions, no input or output, no clock."""
