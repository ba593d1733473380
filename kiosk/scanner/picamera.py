"""The Pi's camera through picamera2: the only file that imports it, and only when a camera is opened."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from kiosk.scanner.frames import CLOSE_S, WAIT_S, CameraError, Frame, Stuck, luma_plane


class PiCamera:
    """The Pi's camera through picamera2: the low-resolution YUV stream, of which only the grey plane is copied.

    Focus is asked for where the camera advertises it: picamera2 leaves the lens at its default, and near codes blur.
    """

    def __init__(self, width: int, height: int) -> None:
        try:
            import libcamera
            import picamera2
        except ImportError as error:
            raise CameraError("camera_missing", f"picamera2 is not installed ({error})") from error
        self._mapped: Any = picamera2.MappedArray
        try:
            self._camera: Any = picamera2.Picamera2()
        except (RuntimeError, IndexError) as error:
            text = f"{error} {error.__cause__ or ''}"
            busy = "busy" in text or "did not complete" in text
            raise CameraError("camera_busy" if busy else "camera_missing", text.strip()) from error
        try:
            self._begin(libcamera.controls, width, height)
        except RuntimeError as error:
            with contextlib.suppress(Stuck):
                self.close()
            raise CameraError("camera_missing", str(error)) from error

    def _begin(self, controls: Any, width: int, height: int) -> None:
        camera = self._camera
        focus = {
            "AfMode": controls.AfModeEnum.Continuous,
            "AfRange": controls.AfRangeEnum.Macro,
            "AfSpeed": controls.AfSpeedEnum.Fast,
        }
        offered = camera.camera_controls
        # In the configuration: configure() resets controls. A control the camera lacks would raise.
        config = camera.create_video_configuration(
            main={"size": (width, height), "format": "YUV420"},
            lores={"size": (width, height), "format": "YUV420"},
            controls={name: value for name, value in focus.items() if name in offered},
            buffer_count=4,
        )
        camera.configure(config)
        # What was asked for is silently adjusted; what was agreed on counts.
        self._size = tuple(camera.stream_configuration("lores")["size"])
        camera.start()

    def read(self) -> Frame:
        width, height = self._size
        try:
            request = self._camera.capture_request(wait=WAIT_S)
        except TimeoutError as error:
            raise CameraError("camera_stalled", f"no frame for {WAIT_S:g} s") from error
        try:
            with self._mapped(request, "lores", write=False) as mapped:
                luma = luma_plane(mapped.array, width, height)
        finally:
            request.release()  # a held request starves the sensor
        return Frame(luma)

    def close(self) -> None:
        # After a stall stop() waits for ever unless the job that timed out is flushed; and even flushing may hang.
        def end() -> None:
            self._camera.cancel_all_and_flush()
            self._camera.close()

        thread = threading.Thread(target=end, name="camera-close", daemon=True)
        thread.start()
        thread.join(CLOSE_S)
        if thread.is_alive():
            raise Stuck("the camera does not close")
