"""A reader of the board shows a code once; the browser then holds a session that ends only when the code is revoked."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from domain.danish import PROBLEMS, wait_seconds
from server.board_door import Door, cookie_name, from_our_page, is_secure
from server.errors import Problem
from server.routes.pages import show_page

MAX_FORM_BYTES = 2_000
MAX_FORM_FIELDS = 4

router = APIRouter(include_in_schema=False)

ElectionId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("/board/sign-in")
def get_sign_in(request: Request, election: ElectionId = None) -> Response:
    """The form; or the board itself for those who may see it already."""
    door: Door = request.app.state.door
    try:
        found = door.find_election(election)
    except Problem:
        return show_page("board_choose.html", 404, elections=door.elections(), path="/board")
    try:
        door.let_in(request, found.id)
    except Problem:
        return show_page("board_sign_in.html", election=found, error=None)
    return RedirectResponse(f"/board?election={found.id}", 303)


@router.post("/board/sign-in")
async def post_sign_in(request: Request, election: ElectionId = None) -> Response:
    """Take the code, give the session's cookie."""
    if not from_our_page(request):
        raise Problem(403, "not_allowed")
    code = await _read_code(request)
    return await run_in_threadpool(_sign_in, request, election, code)


def _sign_in(request: Request, election: int | None, code: str) -> Response:
    door: Door = request.app.state.door
    found = door.find_election(election)
    try:
        token = door.sign_in(request, found.id, code)
    except Problem as problem:
        return _again(problem, found)
    answer = RedirectResponse(f"/board?election={found.id}", 303)
    # No end: a board on a wall must not go dark at night. It ends with the code, or with the browser.
    answer.set_cookie(cookie_name(request), token, httponly=True, samesite="strict", secure=is_secure(request), path="/")
    return answer


def _again(problem: Problem, election: object) -> Response:
    """The form again, with what went wrong in words."""
    refused = problem.refused
    error = PROBLEMS[refused.problem]
    if refused.retry_after_s is not None:
        error = f"{error} {wait_seconds(refused.retry_after_s)}"
    page = show_page("board_sign_in.html", problem.status, election=election, error=error)
    if refused.retry_after_s is not None:
        page.headers["Retry-After"] = str(refused.retry_after_s)
    return page


async def _read_code(request: Request) -> str:
    """The form's only field. ``Problem`` 413 or 400 for a body that is no such form."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            raise Problem(413, "bad_request")
    try:
        fields = parse_qs(body.decode("ascii", errors="replace"), max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        raise Problem(400, "bad_request") from None
    return fields.get("code", [""])[0]
