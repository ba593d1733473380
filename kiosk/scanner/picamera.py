"""The Pi's camera through picamera2: the only file that imports it, and only when a camera is opened.

Checked against the shipped picamera2 0.3.38 on libcamera's virtual camera by `make rigs RIG=camera`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from types import ModuleType
from typing import Any

from kiosk.scanner.frames import CLOSE_S, WAIT_S, CameraError, Frame, Stuck, luma_plane


def prepare() -> None:
    """Import the libraries ahead of the first look: from a cold card that takes seconds. Without them nothing happens,
    for it is said when the camera is opened."""
    with contextlib.suppress(CameraError):
        _libraries()


class PiCamera:
    """The low-resolution YUV stream, of which only the grey plane is copied.

    `focus_m`: the paper's distance in metres for a fixed stand; 0: the lens looks for it, among near things. Either is
    asked for only where the camera advertises it. picamera2 by itself leaves the lens at its default, and near codes
    blur. Raises `CameraError`; `Stuck` when a camera that would not start cannot be closed either.
    """

    def __init__(self, width: int, height: int, focus_m: float = 0.0) -> None:
        libcamera, picamera2 = _libraries()
        self._mapped: Any = picamera2.MappedArray
        self._camera: Any = _open(picamera2.Picamera2)
        try:
            self._begin(libcamera.controls, width, height, focus_m)
        except RuntimeError as error:
            self.close()
            raise _fault(error) from error

    def _begin(self, controls: Any, width: int, height: int, focus_m: float) -> None:
        camera = self._camera
        offered = camera.camera_controls
        # In the configuration: configure() resets controls. A control the camera lacks would raise.
        config = camera.create_video_configuration(
            main={"size": (width, height), "format": "YUV420"},
            lores={"size": (width, height), "format": "YUV420"},
            controls={name: value for name, value in _focus(controls, focus_m).items() if name in offered},
            buffer_count=4,
        )
        camera.configure(config)
        # What was asked for is silently adjusted; what was agreed on counts.
        self._size = tuple(camera.stream_configuration("lores")["size"])
        camera.start()

    def read(self) -> Frame:
        """The newest frame, at most `WAIT_S` later. Raises `CameraError`."""
        width, height = self._size
        try:
            request = self._camera.capture_request(wait=WAIT_S)
        except TimeoutError as error:
            raise CameraError("camera_stalled", f"no frame for {WAIT_S:g} s") from error
        try:
            with self._mapped(request, "lores", write=False) as mapped:
                luma = luma_plane(mapped.array, width, height)
        except RuntimeError as error:
            raise CameraError("camera_stalled", f"a frame without memory ({error})") from error
        finally:
            request.release()  # a held request starves the sensor
        return Frame(luma)

    def close(self) -> None:
        """Let the camera go. Raises `Stuck` when it does not."""
        failed: list[RuntimeError | OSError] = []

        # After a stall stop() waits for ever unless the job that timed out is flushed; and even flushing may hang.
        def end() -> None:
            try:
                self._camera.cancel_all_and_flush()
                self._camera.close()
            except (RuntimeError, OSError) as error:
                failed.append(error)

        thread = threading.Thread(target=end, name="camera-close", daemon=True)
        thread.start()
        thread.join(CLOSE_S)
        if thread.is_alive():
            raise Stuck("the camera does not close")
        if failed:  # still held then: every later try would find it busy
            raise Stuck(f"the camera does not close ({failed[0]})")
        # Its frames' memory, scarce on a Pi, hangs in a circle of references until somebody cuts it.
        self._camera = None
        gc.collect()


def _libraries() -> tuple[ModuleType, ModuleType]:
    # Each opening of the camera is worth no line in the journal; warnings are.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:WARN")
    try:
        import libcamera
        import picamera2
    except ImportError as error:
        raise CameraError("camera_missing", f"picamera2 is not installed ({error})") from error
    return libcamera, picamera2


def _focus(controls: Any, focus_m: float) -> dict[str, Any]:
    if focus_m > 0:
        return {"AfMode": controls.AfModeEnum.Manual, "LensPosition": 1.0 / focus_m}  # in dioptres
    return {
        "AfMode": controls.AfModeEnum.Continuous,
        "AfRange": controls.AfRangeEnum.Macro,
        "AfSpeed": controls.AfSpeedEnum.Fast,
    }


def _open(kind: Any) -> Any:
    """A new `Picamera2`. One that fails half-way leaves a pipe open or the camera held; both are given back here, for
    it is tried again every few seconds, for days."""
    if not kind.global_camera_info():
        # libcamera looks around when its manager starts; only a new one is sure to look again.
        kind._cm.reset()
        if not kind.global_camera_info():
            raise CameraError("camera_missing", "libcamera knows of no camera")
    camera = kind.__new__(kind)
    try:
        camera.__init__()
    except (RuntimeError, OSError) as error:
        _give_back(camera)
        raise _fault(error) from error
    return camera


def _give_back(camera: Any) -> None:
    # close() trips over what was never made; by then it has let go of what was.
    with contextlib.suppress(AttributeError, KeyError, RuntimeError, OSError):
        camera.close()
    reading_end = getattr(camera, "notifymeread", None)
    if reading_end is not None and not reading_end.closed:
        reading_end.close()
        os.close(camera.notifyme_w)


def _fault(error: BaseException) -> CameraError:
    texts = []
    cause: BaseException | None = error
    while cause is not None:
        texts.append(str(cause))
        cause = cause.__cause__
    why = "; ".join(texts)
    if "busy" in why.lower():
        return CameraError("camera_busy", why)
    if "dmaheap" in why.lower() or "permission" in why.lower():
        why += "; is the user in group video?"
    return CameraError("camera_missing", why)
