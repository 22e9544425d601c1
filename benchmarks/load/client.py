"""A person at the app without a browser: speaks the app's own protocol over a web socket, so that a load test measures
the server and not twenty browsers on the same cores."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 120.0  # seconds for one answer
MARKS = ('class="figures"',)
LARGEST = 64 * 2**20  # bytes of one message


@dataclass
class Person:
    """One session. `elements`: what stands on the page, by its place; `query`: the address bar."""

    url: str
    query: str = ""
    elements: dict[tuple[int, ...], object] = field(default_factory=dict)
    fragments: dict[str, float] = field(default_factory=dict)  # id -> seconds between its reruns
    errors: list[str] = field(default_factory=list)
    _socket: object = None
    _cache: dict[str, ForwardMsg] = field(default_factory=dict)
    _widgets: dict[str, WidgetState] = field(default_factory=dict)
    _early: bool = False  # the script ended to begin anew
    fresh: set[str] = field(default_factory=set)  # marks of HTML that came after the address bar last changed

    async def arrive(self, seen: Callable[["Person"], bool] | None = None) -> float:
        """Opens the page; seconds until `seen` (else until the script has ended)."""
        address = self.url.replace("http://", "ws://").rstrip("/") + "/_stcore/stream"
        self._socket = await websockets.connect(address, subprotocols=["streamlit"], max_size=LARGEST, open_timeout=60)
        return await self.rerun(seen)

    async def leave(self) -> None:
        await self._socket.close()

    async def move(self, key: str, value: float, seen: Callable[["Person"], bool] | None = None) -> float:
        """Releases a slider at a value; `key` is a part of the widget's key."""
        state = WidgetState(id=self.widget("slider", key).id)
        state.double_array_value.data.append(value)
        return await self.act(state, seen)

    async def press(self, key: str, seen: Callable[["Person"], bool] | None = None) -> float:
        """Presses a button."""
        state = WidgetState(id=self.widget("button", key).id)
        state.trigger_value = True
        try:
            return await self.act(state, seen)
        finally:
            self._widgets.pop(state.id, None)

    async def choose(self, key: str, at: int, seen: Callable[["Person"], bool] | None = None) -> float:
        """Chooses the n-th of a row of options."""
        widget = self.widget("button_group", key)
        state = WidgetState(id=widget.id)
        state.string_array_value.data.append(widget.options[at].content)
        return await self.act(state, seen)

    async def type_number(self, key: str, value: float, seen: Callable[["Person"], bool] | None = None) -> float:
        """Types a number into a field."""
        state = WidgetState(id=self.widget("number_input", key).id)
        state.double_value = value
        return await self.act(state, seen)

    async def act(self, state: WidgetState, seen: Callable[["Person"], bool] | None = None) -> float:
        """Sends the state of one widget; seconds until `seen`, else until the script has ended."""
        self._widgets[state.id] = state
        return await self.rerun(seen)

    async def rerun(self, seen: Callable[["Person"], bool] | None = None, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = fragment
        message.rerun_script.cached_message_hashes.extend(self._cache)
        message.rerun_script.widget_states.widgets.extend(self._widgets.values())
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until(seen), PATIENCE)
        return time.perf_counter() - begun

    async def _until(self, seen: Callable[["Person"], bool] | None) -> None:
        """Reads until the sight is there; without one until the script has ended by itself."""
        while True:
            kind = self._take(await self._socket.recv())
            if seen is not None:
                if kind == "delta" and seen(self):
                    return
            elif kind == "script_finished" and not self._early:
                return

    async def settle(self) -> None:
        """Reads what the server still says, until the script has ended."""
        await asyncio.wait_for(self._until(None), PATIENCE)

    async def think(self, seconds: float) -> None:
        """Looks at the screen for a while: what the server says meanwhile is read."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            try:
                self._take(await asyncio.wait_for(self._socket.recv(), left))
            except TimeoutError:
                return

    def _take(self, data: bytes) -> str:
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            metadata = message.metadata
            message = self._cache[message.ref_hash]
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._cache[message.hash] = message
        if kind == "delta":
            self._place(message)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
            self.fresh.clear()
        elif kind == "auto_rerun":
            self.fragments[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "script_finished":
            self._early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return kind

    def _place(self, message: ForwardMsg) -> None:
        path, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "empty":
            self.elements.pop(path, None)
            return
        self.elements[path] = getattr(element, kind)
        if kind == "html":
            self.fresh.update(mark for mark in MARKS if mark in element.html.body)
        if kind == "exception":
            self.errors.append(element.exception.message)

    def widget(self, kind: str, key: str):
        """The widget whose id holds a key."""
        for one in self.elements.values():
            if type(one).__name__.lower() == kind.replace("_", "") and key in getattr(one, "id", ""):
                return one
        raise LookupError(f"no {kind} {key!r} on the page")

    def html(self, mark: str) -> str:
        """The piece of HTML that holds a mark; empty where there is none."""
        for one in self.elements.values():
            if type(one).__name__ == "Html" and mark in one.body:
                return one.body
        return ""

    def texts(self) -> str:
        """All running text of the page."""
        return "\n".join(one.body for one in self.elements.values() if type(one).__name__ in ("Markdown", "Html"))
