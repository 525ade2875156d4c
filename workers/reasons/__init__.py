"""Why something waits, failed or deserves a look: every code there is, as data.

What a code says, what to do about it and who can do it stand here and nowhere else. Pure, and
below everything that makes a reason, so that console, command line, notices and documents agree.
"""
