"""For machines that watch over the server: is it alive, is it ready, what does it count?"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from server.db import ping
from server.parts import TheEngine, TheRecorder

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(engine: TheEngine, recorder: TheRecorder) -> JSONResponse:
    """The database answers and the recorder runs; 503 with the reason when not."""
    try:
        ping(engine)
    except SQLAlchemyError as problem:
        return JSONResponse({"status": "database", "problem": type(problem).__name__}, 503)
    if not recorder.alive:
        return JSONResponse({"status": "recorder"}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", include_in_schema=False)
def metrics(_request: Request) -> Response:
    """Counts for Prometheus. No person, no card, no station."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
