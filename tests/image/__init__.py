"""The image, built and run: `make image`, then `make image-test`. Needs docker or podman."""
