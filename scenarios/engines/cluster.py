"""Runs parts on a Dask cluster: the address of its scheduler is all it takes. Workers need this project installed."""

from collections.abc import Iterator
from typing import Any

from scenarios.engines.work import Done, Part, lost_part, run_part
from scenarios.errors import ScenarioError
from scenarios.extras import needed

AHEAD = 2  # parts a thread of the cluster that are handed out at a time
CONNECT_SECONDS = 20
LOOK_SECONDS = 2.0  # how often the connection is looked at while nothing finishes


def on_cluster(parts: Iterator[Part], address: str) -> Iterator[Done]:
    """Parts as they finish; ScenarioError when the scheduler cannot be reached or is gone."""
    distributed = needed("distributed")
    client = _connect(distributed, address)
    pending: dict[Any, Part] = {}
    try:
        while True:
            room = max(1, AHEAD * _threads(client, address)) - len(pending)
            for _, part in zip(range(room), parts, strict=False):
                key = f"part-{part.first}-{id(pending)}"
                pending[client.submit(run_part, part, key=key, pure=False, retries=1)] = part
            if not pending:
                return
            for future in _finished(distributed, client, pending, address):
                yield _result(distributed, future, pending.pop(future), address)
    finally:
        _leave(client, pending)


def _connect(distributed, address: str):
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        why = " ".join(str(error).split())[:200]
        raise ScenarioError(
            f"no Dask scheduler at {address} ({why})", f"{address} 没有 Dask 调度器（{why}）", field="scheduler"
        ) from None


def _threads(client, address: str) -> int:
    if client.status != "running":
        raise _gone(address)
    return sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())


def _finished(distributed, client, pending: dict, address: str) -> list:
    """Futures that are done, at least one; looks after the connection meanwhile."""
    while True:
        if client.status != "running":
            raise _gone(address)
        try:
            with client.as_current():
                done, _ = distributed.wait(list(pending), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
        except (TimeoutError, distributed.TimeoutError):
            continue
        except (distributed.client.FuturesCancelledError, OSError):
            raise _gone(address) from None
        if done:
            return list(done)


def _result(distributed, future, part: Part, address: str) -> Done:
    try:
        return future.result(timeout=CONNECT_SECONDS)
    except distributed.KilledWorker:
        return lost_part(part)
    except (distributed.client.FuturesCancelledError, distributed.CancelledError, OSError, TimeoutError):
        raise _gone(address) from None


def _gone(address: str) -> ScenarioError:
    return ScenarioError(
        f"lost the Dask scheduler at {address}; finished runs are safe, go on with --resume",
        f"与 Dask 调度器 {address} 的连接中断；已完成的运行不会丢失，可用 --resume 继续",
        field="scheduler",
    )


def _leave(client, pending: dict) -> None:
    try:
        if client.status == "running":
            client.cancel(list(pending))
        client.close(timeout=2)
    except (OSError, TimeoutError):
        return  # it is gone already
