"""What we build on: under which licences, and with which published weaknesses."""
