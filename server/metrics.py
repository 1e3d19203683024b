"""What the server counts about itself, for Prometheus. No person, no card."""

from prometheus_client import Counter, Gauge, Histogram

ANSWERS = Counter("valgbord_answers", "Answers to table requests")
RECORDED_BATCH = Histogram("valgbord_recorded_batch", "Requests in one commit", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256))
RECORDER_SECONDS = Histogram(
    "valgbord_recorder_seconds", "One recording transaction", buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2)
)
RECORDER_QUEUE = Gauge("valgbord_recorder_queue", "Calls waiting for the recorder")
TABLE_STREAMS = Gauge("valgbord_table_streams", "Tables that follow their station now")
BOARD_READERS = Gauge("valgbord_board_readers", "Open boards")
WRONG_CODES = Counter("valgbord_wrong_codes", "Sign-in codes that were wrong")
