"""What the ingress takes and what Xero is asked for, beside the plain way (`make bench`)."""
