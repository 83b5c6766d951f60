"""Numbers of orders and cases, and the chains that prove them."""
