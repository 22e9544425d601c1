"""SQL over a batch, by DuckDB straight from the Parquet files."""

from typing import TYPE_CHECKING

from scenarios.errors import ScenarioError
from scenarios.extras import needed
from scenarios.store.writing import DESIGN

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.store.store import Store


def query(store: "Store", sql: str) -> "pd.DataFrame":
    """The table that `sql` gives; ScenarioError when it is wrong."""
    duckdb = needed("duckdb")
    with duckdb.connect() as connection:
        for dataset in ("runs", "results", "groups"):
            files = store.files(dataset)
            if files:
                connection.read_parquet(files, union_by_name=True).create_view(dataset)
        if (store.folder / DESIGN).is_file():
            connection.read_parquet(str(store.folder / DESIGN)).create_view("points")
        try:
            answer = connection.sql(sql)
            if answer is None:
                raise ScenarioError("the statement gives no table", "语句没有返回表格", field="sql")
            return answer.df()
        except duckdb.Error as error:
            text = " ".join(str(error).split())
            raise ScenarioError(text, text, field="sql") from None
