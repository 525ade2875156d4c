"""Who somebody is, as an OpenID provider proves it. Knows no database and no pages."""
