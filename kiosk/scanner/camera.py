"""Where frames come from: the Pi's camera, a USB camera, a video file, a folder of pictures.

A source gives grey frames (`Luma`, rows × columns, 8 bits) and never hangs: every wait has an end, and a source that
lost its camera says so with `CameraError`. Opening again, with waits between, is `Reopening`'s work. PyAV (here) and
picamera2 (`picamera.py`) are imported when their source is opened: neither need be there for the others.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.scanner.frames import CLOSE_S, EMPTY, WAIT_S, CameraError, Frame, Luma, Source, Stuck, luma_plane
from kiosk.scanner.picture import PictureError, load_luma

REOPEN_S = (1.0, 2.0, 5.0, 10.0)
STALE_S = 10.0
TORN = 30
"""Frames in a row that cannot be decoded before the camera counts as lost."""
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"})
FOLDER_SIDE = 1920


def open_source(spec: str, width: int, height: int, fps: float, focus_m: float = 0.0) -> Source:
    """Open `picamera2`, `v4l2:/dev/videoN`, `video:FILE` or `folder:DIR`. Raises `CameraError`, `ValueError`."""
    name, _, place = spec.partition(":")
    match name:
        case "picamera2":
            from kiosk.scanner.picamera import PiCamera

            return PiCamera(width, height, focus_m)
        case "v4l2":
            return V4L2(place, width, height)
        case "video":
            return VideoFile(Path(place), fps)
        case "folder":
            return Folder(Path(place))
    raise ValueError(f"scanner.source is {spec!r}; allowed: none, picamera2, v4l2:/dev/…, video:FILE, folder:DIR")


class Folder:
    """The newest picture in a folder is what is held before the camera; no picture: nothing is.

    A file that cannot be read (still being written, or no picture) counts as not there until it changes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key: tuple[str, int, int] | None = None
        self._luma: Luma | None = None

    def read(self) -> Frame:
        newest = self._newest()
        if newest is None:
            gone, self._key, self._luma = self._luma is not None, None, None
            return Frame(None, fresh=gone)
        path, key = newest
        if key == self._key and self._luma is not None:
            return Frame(self._luma, same=True)
        try:
            self._luma = load_luma(path, FOLDER_SIDE)
        except (PictureError, OSError):
            self._key = None
            return EMPTY
        self._key = key
        return Frame(self._luma, fresh=True)

    def close(self) -> None:
        self._luma = None

    def _newest(self) -> tuple[Path, tuple[str, int, int]] | None:
        newest: tuple[int, str, int] | None = None
        try:
            entries = list(os.scandir(self._folder))
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise CameraError("camera_missing", f"the folder cannot be read ({type(error).__name__})") from error
        for entry in entries:
            if Path(entry.name).suffix.lower() not in PICTURE_SUFFIXES or entry.name.startswith("."):
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue  # taken away between the listing and the look
            candidate = (status.st_mtime_ns, entry.name, status.st_size)
            newest = candidate if newest is None else max(newest, candidate)
        if newest is None:
            return None
        return self._folder / newest[1], (newest[1], newest[0], newest[2])


class _Reader:
    """Reads a PyAV container on a thread and keeps only the newest frame: a queue would show the past."""

    def __init__(self, container: Any, pause_s: float) -> None:
        self._container = container
        self._pause_s = pause_s
        self._ready = threading.Condition()
        self._frame: Luma | None = None
        self._ended = False
        self._error = ""
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)
        self._thread.start()

    def take(self, wait_s: float) -> Luma | None:
        """The newest frame not yet taken; None at the end of a file. Raises `CameraError` after `wait_s`."""
        with self._ready:
            self._ready.wait_for(lambda: self._frame is not None or self._ended, wait_s)
            frame, self._frame = self._frame, None
            if frame is not None:
                return frame
            if self._error:
                raise CameraError("camera_missing", self._error)
            if self._ended:
                return None
        raise CameraError("camera_stalled", f"no frame for {wait_s:g} s")

    def close(self) -> None:
        self._stop = True
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            raise Stuck("the video device does not come back from a read")
        self._container.close()

    def _run(self) -> None:
        import av

        error = ""
        try:
            for frame in self._frames():
                with self._ready:
                    self._frame = frame
                    self._ready.notify_all()
                if self._stop:
                    return
                if self._pause_s:
                    time.sleep(self._pause_s)
        except (av.FFmpegError, OSError) as failure:
            error = type(failure).__name__
        with self._ready:
            self._error, self._ended = error, True
            self._ready.notify_all()

    def _frames(self) -> Iterator[Luma]:
        import av

        torn = 0
        for packet in self._container.demux(video=0):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                torn += 1  # a USB camera's JPEG is cut short now and then, the first one often
                if torn > TORN:
                    raise
                continue
            torn = 0
            for frame in frames:
                yield grey_of(frame)


def grey_of(frame: Any) -> Luma:
    """The grey of a PyAV frame: the first plane where that is it, else converted (packed, deep or coloured ones)."""
    form = frame.format
    apart = form.is_planar or form.name in ("gray", "gray8")
    if apart and form.name.startswith(("yuv", "nv", "gray")) and form.components[0].bits == 8:
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        return luma_plane(rows, plane.width, plane.height)
    return np.ascontiguousarray(frame.to_ndarray(format="gray"))


def _open_av(place: str, **options: Any) -> Any:
    try:
        import av
    except ImportError as error:
        raise CameraError("camera_missing", f"PyAV is not installed ({error})") from error
    try:
        return av.open(place, **options)
    except FileNotFoundError as error:
        raise CameraError("camera_missing", f"{place} is not there") from error
    except PermissionError as error:
        raise CameraError("camera_missing", f"no right to open {place}; is the user in group video?") from error
    except (av.FFmpegError, OSError) as error:
        busy = getattr(error, "errno", None) == 16
        why = f"{place}: {type(error).__name__}"
        raise CameraError("camera_busy" if busy else "camera_missing", why) from error


class V4L2:
    """A USB camera. Asked for JPEG first: uncompressed 720p does not go through USB 2 at more than ten a second."""

    def __init__(self, device: str, width: int, height: int) -> None:
        options = {"video_size": f"{width}x{height}"}
        try:
            container = _open_av(device, format="v4l2", options=options | {"input_format": "mjpeg"})
        except CameraError as error:
            if error.code == "camera_busy" or not os.path.exists(device):
                raise
            container = _open_av(device, format="v4l2", options=options)
        self._reader = _Reader(container, 0.0)
        self._stale = Stale()

    def read(self) -> Frame:
        luma = self._reader.take(WAIT_S)
        if luma is None:
            raise CameraError("camera_missing", "the device ended its stream")
        if self._stale.frame(luma, time.monotonic()):
            raise CameraError("camera_stalled", f"the same picture for {STALE_S:g} s")
        return Frame(luma)

    def close(self) -> None:
        self._reader.close()


class Stale:
    """Some drivers go on giving the last picture after the cable was pulled. A sensor's noise never repeats itself."""

    def __init__(self) -> None:
        self._last: bytes = b""
        self._since = 0.0

    def frame(self, luma: Luma, now: float) -> bool:
        """Whether the picture has been the same, to the bit, for too long. `now`: monotonic seconds."""
        sample = luma[::9, ::7].tobytes()
        if sample != self._last:
            self._last, self._since = sample, now
        return now - self._since > STALE_S


class VideoFile:
    """A recorded video, played once at its own pace; after its end nothing is before the camera."""

    def __init__(self, file: Path, fps: float) -> None:
        container = _open_av(str(file))
        if not container.streams.video:
            container.close()
            raise CameraError("camera_missing", f"{file} holds no video")
        rate = container.streams.video[0].average_rate
        self._pause_s = 1.0 / float(rate) if rate else 1.0 / fps
        self._reader = _Reader(container, self._pause_s)

    def read(self) -> Frame:
        luma = self._reader.take(WAIT_S)
        return EMPTY if luma is None else Frame(luma)

    def close(self) -> None:
        self._reader.close()


class Reopening:
    """A source that opens by itself, and again after a fault, with the waits of `REOPEN_S` between.

    `told` hears `camera_ok` and the fault codes, each once when it changes. Time comes in as an argument.
    """

    def __init__(self, opener: Callable[[], Source], told: Callable[[str, str], None]) -> None:
        self._opener = opener
        self._told = told
        self._source: Source | None = None
        self._faults = 0
        self._next = 0.0
        self._code = ""

    def read(self, now: float) -> Frame | None:
        """The newest frame; None while the camera is away. `now`: monotonic seconds. Raises `Stuck`."""
        if self._source is None and now < self._next:
            return None
        try:
            if self._source is None:
                self._source = self._opener()
                frame = self._source.read()
                self._faults = 0
                self._say("camera_ok", "")
                return Frame(frame.luma, fresh=True)
            return self._source.read()
        except CameraError as error:
            self._say(error.code, str(error))
            self.close()
            self._next = now + REOPEN_S[min(self._faults, len(REOPEN_S) - 1)]
            self._faults += 1
            return None

    def close(self) -> None:
        """Let the camera go; the next `read` opens it again."""
        source, self._source = self._source, None
        self._next = 0.0
        if source is not None:
            source.close()

    def _say(self, code: str, why: str) -> None:
        if code != self._code:
            self._code = code
            self._told(code, why)
