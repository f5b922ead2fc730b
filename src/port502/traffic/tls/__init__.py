"""TLS as a listener with the key log sees it: records, keys, and the plain bytes inside. It never speaks TLS itself."""
