"""The last year's people and households as Parquet files, one pair a run. Kept when an experiment asks for them."""


def state_files(city, run: int) -> dict[str, bytes]:
    """Files by name: every column of the living, as the model holds it (codes: sim/codes.py)."""
    import pyarrow as pa

    from scenarios.engines.work import parquet

    return {
        f"states/{name}-{run:07d}": parquet(pa.table(dict(columns.rows._asdict())))
        for name, columns in (("people", city.people), ("households", city.households))
    }
