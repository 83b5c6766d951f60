"""REST v1 with bearer tokens; the contract is published as OpenAPI 3.1."""
