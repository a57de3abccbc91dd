"""The benchmark: an installation on PostgreSQL with one web process, asked the way clients ask."""
