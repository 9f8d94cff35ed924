"""Messages of Burl's own services, made from `proto/burl` by `make generate`."""
