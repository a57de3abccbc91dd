from tests.at_once import AtOnce, at_once, database_of_threads

__all__ = ["AtOnce", "at_once", "database_of_threads"]
