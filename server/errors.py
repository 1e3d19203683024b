"""Whole calls that are refused, as one table: a problem's code and its HTTP status. The sentences stand in domain.danish."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from domain.wire import RefusedOut

PROBLEM_HEADERS = {"Cache-Control": "no-store"}


class Problem(Exception):
    """A call that is refused as a whole, with its HTTP status and its code."""

    def __init__(self, status: int, problem: str, *, retry_after_s: int | None = None) -> None:
        """``problem`` is a key of ``domain.danish.PROBLEMS``."""
        super().__init__(problem)
        self.status = status
        self.refused = RefusedOut(problem=problem, retry_after_s=retry_after_s)


def add_error_answers(app: FastAPI) -> None:
    """Answer problems and malformed calls as ``RefusedOut``; never with what was sent (it may hold a card or a name)."""

    async def refuse(_request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)  # noqa: S101 - registered for Problem only
        headers = dict(PROBLEM_HEADERS)
        if problem.refused.retry_after_s is not None:
            headers["Retry-After"] = str(problem.refused.retry_after_s)
        return JSONResponse(problem.refused.model_dump(exclude_none=True), problem.status, headers)

    async def refuse_malformed(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it only
        refused = RefusedOut(problem="malformed", where=_first_wrong_field(error))
        return JSONResponse(refused.model_dump(exclude_none=True), 422, PROBLEM_HEADERS)

    app.add_exception_handler(Problem, refuse)
    app.add_exception_handler(RequestValidationError, refuse_malformed)


def _first_wrong_field(error: RequestValidationError) -> str:
    """Where the first mistake stands and of what kind it is. Never its value: that may be a card."""
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"[:400]
