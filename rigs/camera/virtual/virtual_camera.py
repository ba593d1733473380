"""libcamera's virtual camera under the shipped picamera2: what a Pi has and this machine has not, and nothing else.

Four things are put in the place of others: memory for frames (no dma-buf here: memory files, and two planes a buffer,
as the virtual camera writes them), the list of raw modes (it has none), the pace of a sensor (it would fill every
request the moment it comes), and what a test says in the folder `MOTCUA_RIG_CAMERA`:

    frozen      while this file is there no frame comes: a loose ribbon
    autofocus   the camera says it can focus; what is asked of it stands in `asked` (JSON), as for any camera
    padded      YUV420 with rows longer than the picture is wide, as a Pi gives them

All else is picamera2 and libcamera as they ship. It leans on names that picamera2 does not promise, so picamera2 is
pinned, and the first check of the rig opens the camera.
"""

from __future__ import annotations

import json
import mmap
import os
import queue
import threading
import time
from pathlib import Path
from typing import Any

import libcamera
import numpy as np
import picamera2.picamera2 as shipped
from picamera2 import Picamera2
from picamera2.allocators import dmaallocator

FRAMES_PER_S = 30.0
PADDING = 96


def said(what: str) -> bool:
    """Whether the test has said so."""
    folder = os.environ.get("MOTCUA_RIG_CAMERA")
    return folder is not None and (Path(folder) / what).exists()


class NoHeap:
    """Opens nothing."""

    def close(self) -> None: ...


class Memory(dmaallocator.DmaAllocator):
    """picamera2's own allocator, with memory files for its buffers."""

    class Plain:
        """The buffer as it is: memory files need no cache to be flushed."""

        def __init__(self, allocator: Memory, buffer: Any, write: bool) -> None:
            self._memory = allocator.mapped_buffers.get(buffer)
            self._layout = allocator.layouts.get(buffer)

        def __enter__(self) -> Any:
            if self._memory is None or self._layout is None:
                return self._memory
            height, stride = self._layout
            flat = np.frombuffer(self._memory, np.uint8).reshape(height * 3 // 2, stride)
            return np.pad(flat, ((0, 0), (0, PADDING)), constant_values=173).reshape(-1)

        def __exit__(self, *error: object) -> None: ...

        get_buffer = __enter__

    def __init__(self) -> None:
        super().__init__()
        self.sync = self.Plain
        self.layouts: dict[Any, tuple[int, int]] = {}

    def allocate(self, libcamera_config: Any, _use: Any) -> None:
        self.libcamera_fds = []
        self.cleanup()
        for fd in self.open_fds:
            os.close(fd)
        self.frame_buffers, self.open_fds, self.layouts = {}, [], {}
        for stream in libcamera_config:
            luma, whole = stream.stride * stream.size.height, stream.frame_size
            made = []
            for number in range(stream.buffer_count):
                fd = os.memfd_create(f"frame-{number}")
                os.ftruncate(fd, whole)
                planes = []
                for offset, length in ((0, luma), (luma, whole - luma)):
                    plane = libcamera.FrameBuffer.Plane()
                    plane.fd, plane.offset, plane.length = fd, offset, length
                    planes.append(plane)
                buffer = libcamera.FrameBuffer(planes)
                # libcamera keeps a copy of each descriptor; picamera2 remembers a buffer by the first.
                self.open_fds.append(fd)
                self.libcamera_fds.append(buffer.planes[0].fd)
                self.mapped_buffers_used[buffer.planes[0].fd] = False
                self.mapped_buffers[buffer] = mmap.mmap(fd, whole)
                if said("padded"):
                    self.layouts[buffer] = (stream.size.height, stream.stride)
                made.append(buffer)
            self.frame_buffers[stream.stream] = made


class Paced:
    """libcamera's camera; requests reach it one by one, as a sensor would fill them, and not at all while frozen."""

    def __init__(self, camera: Any) -> None:
        self._camera = camera
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._on = threading.Event()
        self._thread: threading.Thread | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._camera, name)

    def __eq__(self, other: object) -> bool:
        return bool(self._camera == getattr(other, "_camera", other))

    __hash__ = None  # type: ignore[assignment]

    @property
    def controls(self) -> dict[Any, Any]:
        """What the camera says it can do."""
        return {**self._camera.controls, **(focus_controls() if said("autofocus") else {})}

    def queue_request(self, request: Any) -> None:
        self._requests.put(request)

    def start(self, controls: dict[Any, Any] | None = None) -> None:
        asked = dict(controls or {})
        folder = os.environ.get("MOTCUA_RIG_CAMERA")
        if folder is not None:
            told = {name.name: value if isinstance(value, float) else str(value) for name, value in asked.items()}
            (Path(folder) / "asked").write_text(json.dumps(told), encoding="utf-8")
        self._camera.start({name: value for name, value in asked.items() if name in self._camera.controls})
        self._on.set()
        self._thread = threading.Thread(target=self._feed, args=(self._requests,), name="sensor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._on.clear()
        self._requests.put(None)
        if self._thread is not None:
            self._thread.join()
        self._requests = queue.SimpleQueue()
        self._camera.stop()

    def _feed(self, requests: queue.SimpleQueue[Any]) -> None:
        due = time.monotonic()
        while True:
            due = max(due + 1 / FRAMES_PER_S, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            request = requests.get()
            while said("frozen") and self._on.is_set():
                time.sleep(0.01)
            if request is None or not self._on.is_set():
                return
            self._camera.queue_request(request)


class _Range:
    def __init__(self, low: float, high: float, default: float) -> None:
        self.min, self.max, self.default = low, high, default


def focus_controls() -> dict[Any, Any]:
    """What a Camera Module 3 advertises of its lens."""
    names = libcamera.controls
    return {
        names.AfMode: _Range(0, 2, 0),
        names.AfRange: _Range(0, 2, 0),
        names.AfSpeed: _Range(0, 1, 0),
        names.LensPosition: _Range(0.0, 15.0, 1.0),
    }


def _modes(self: Any) -> list[dict[str, Any]]:
    # What picamera2 gets from a USB camera: the sizes of the picture, not of a sensor.
    stream = self.camera.generate_configuration([libcamera.StreamRole.Viewfinder]).at(0)
    return [
        {"format": str(pixels), "size": (size.width, size.height)}
        for pixels in stream.formats.pixel_formats
        for size in stream.formats.sizes(pixels)
    ] or [{"format": str(stream.pixel_format), "size": (stream.size.width, stream.size.height)}]


def fit() -> None:
    """Put them in place; called once, when picamera2 has just been imported."""
    dmaallocator.DmaHeap = NoHeap
    shipped.DmaAllocator = Memory
    Picamera2._get_raw_modes = _modes
    grab, configure = Picamera2._grab_camera, Picamera2.configure
    Picamera2._grab_camera = lambda self, number: Paced(grab(self, number))

    def configured(self: Any, *given: Any, **named: Any) -> Any:
        answer = configure(self, *given, **named)
        if said("padded"):
            for stream in ("main", "lores"):
                if self.camera_config.get(stream):
                    self.camera_config[stream]["stride"] += PADDING
                    self.camera_config[stream]["format"] = "YUV420"  # whose grey plane lies where this one's does
        return answer

    Picamera2.configure = configured
