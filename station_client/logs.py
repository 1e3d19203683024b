"""Structured logs: JSON lines with ids, states and counts. A name, a card or a code is never given to the logger."""

import logging
import sys

import structlog


def set_up_logs() -> None:
    """Log JSON lines to standard error, from information level up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
