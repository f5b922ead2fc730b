"""Where samples are kept: an append-only file that can be asked while it is written."""

from port502.history.buckets import Bucket
from port502.history.export import export_csv
from port502.history.reader import History, Info
from port502.history.recorder import Recorder
from port502.history.segment import Gap
from port502.history.settings import Keep
from port502.history.spool import Spool
from port502.history.when import format_time, parse_duration, parse_when

__all__ = [
    "Bucket",
    "Gap",
    "History",
    "Info",
    "Keep",
    "Recorder",
    "Spool",
    "export_csv",
    "format_time",
    "parse_duration",
    "parse_when",
]
