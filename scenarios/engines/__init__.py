"""Where runs are run: in this process, in processes of this machine, or on a Dask cluster; never a different result."""
