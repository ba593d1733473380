"""Settings of the commune server: the whole of server.toml."""

from __future__ import annotations

from pydantic import Field

from config.settings_base import Level, Section


class Server(Section):
    """The commune server's own process."""

    name: str = Field(
        default="Trung tâm Phục vụ hành chính công", min_length=1, max_length=80, description="Tên đơn vị | name"
    )
    place: str = Field(default="Xã Đông Thạnh", min_length=1, max_length=60, description="Xã, phường | place")
    database: str = Field(default="/var/lib/motcua-server/server.db", description="Cơ sở dữ liệu SQLite | database")
    listen: str = Field(default="127.0.0.1:8443", description="HTTPS cho máy | HTTPS for devices")
    admin_listen: str = Field(
        default="127.0.0.1:8444", description="Trang trạng thái, chỉ nội bộ | status page, loopback only"
    )
    ca: str = Field(default="", description="CA của máy | CA of the devices")
    cert: str = Field(default="", description="Chứng thư máy chủ | server certificate")
    key: str = Field(default="", description="Khóa máy chủ | server key")
    timezone: str = Field(default="Asia/Ho_Chi_Minh", description="Múi giờ | time zone")
    catalogue: str = Field(default="", description="Tệp thủ tục | catalogue file, empty = the sample")


class Ingest(Section):
    """MQTT into the table."""

    broker: str = Field(default="127.0.0.1:8883", description="Máy chủ MQTT host:port | broker")
    client: Level = Field(default="server", description="Tên = chứng thư | client id = certificate's name")
    ca: str = Field(default="", description="CA | CA")
    cert: str = Field(default="", description="Chứng thư | certificate")
    key: str = Field(default="", description="Khóa | key")
    batch: int = Field(default=100, ge=1, le=1000, description="Số sự kiện mỗi lần ghi | events a commit")
    batch_ms: int = Field(
        default=100, ge=1, le=5000, description="Chờ tối đa trước khi ghi, ms | longest wait before a commit"
    )


class Dossiers(Section):
    """The dossier copy that look-ups read."""

    sample: int = Field(default=10000, ge=0, le=200000, description="Số hồ sơ mẫu | generated sample dossiers")
    seed: int = Field(default=2026, ge=0, description="Hạt giống mẫu | seed of the sample")
    tries: int = Field(default=5, ge=1, le=20, description="Số lần thử yếu tố thứ hai | tries of the second factor")
    pause_s: float = Field(default=300.0, ge=1, le=86400, description="Nghỉ sau khi hết lượt, giây | pause after that")
    per_minute: int = Field(
        default=30, ge=1, le=1000, description="Lượt tra mỗi phút mỗi máy | look-ups a minute a device"
    )
    misses_per_minute: int = Field(
        default=10, ge=1, le=1000, description="Lượt không thấy mỗi phút mỗi máy | misses a minute a device"
    )
    floor_ms: int = Field(default=120, ge=0, le=5000, description="Thời gian trả lời tối thiểu | shortest answer time")


class ServerSettings(Section):
    """The commune server: the whole of server.toml."""

    server: Server = Server()
    ingest: Ingest = Ingest()
    dossiers: Dossiers = Dossiers()
