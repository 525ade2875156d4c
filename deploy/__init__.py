"""How the project is run: on one machine (local), in containers, on Kubernetes."""
