"""The store of a batch: a folder of Parquet files that is whole at any moment, its manifest, and queries."""
