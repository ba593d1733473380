"""In the place of kms++, which only Raspberry Pi OS packages: picamera2 imports it for its DRM preview alone,
and asks it for the names of pixel formats while it is being imported. Nothing here is on a frame's way."""


class _Names(type):
    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class PixelFormat(metaclass=_Names):
    """Any name is a format."""
