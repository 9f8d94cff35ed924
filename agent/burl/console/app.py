"""The console: pages for people, rendered on the server, without a script."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from burl.console.guard import COOKIE, LOGIN, Guard, Guarded
from burl.console.library import Library
from burl.console.merging import Together
from burl.console.rendering import render
from burl.console.views import IncidentView, kind_in_words
from burl.errors import NotThereError, Retryable, UserError
from burl.feedback import JUDGEMENTS, SCOPES, Desk, Judgement, Scope, Verdict

_MAX_FORM_BYTES = 64 * 1024
_MAX_FIELDS = 20
_READ_SECONDS = 10.0


class Console:
    """The pages over a library and a desk."""

    def __init__(
        self,
        library: Library,
        desk: Desk,
        guard: Guard,
        *,
        who: str = "",
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Make the pages.

        Args:
            library: what they show.
            desk: takes verdicts.
            guard: lets people in.
            who: name that forms suggest for the one who gives a verdict.
            look: has the agent that serves this page apply a verdict at once; None: no agent does.
        """
        self._library, self._desk, self._guard = library, desk, guard
        self._who, self._look = who, look

    def app(self) -> Starlette:
        """Return the guarded application."""
        routes = [
            Route("/", self._page("incidents.html.jinja", **self._front())),
            Route("/incidents/{id}", self._one(self._library.incident)),
            Route("/deployments/{id}", self._one(self._library.deployment)),
            Route("/findings/{id}", self._finding),
            Route("/templates", self._page("templates.html.jinja", templates=self._library.templates)),
            Route("/bundles", self._page("bundles.html.jinja", bundles=self._library.bundles)),
            Route("/verdicts", self._verdicts, methods=["GET"]),
            Route("/verdicts", self._give, methods=["POST"]),
            Route("/undo", self._undo, methods=["POST"]),
            Route(LOGIN, self._login, methods=["GET", "POST"]),
        ]
        app = Starlette(
            routes=routes,
            exception_handlers={
                NotThereError: partial(self._problem, 404),
                UserError: partial(self._problem, 400),
                Retryable: partial(self._problem, 503),
            },
        )
        # the guard stands before everything, errors included
        return cast("Starlette", Guarded(app, self._guard))

    def _page(self, template: str, **reads: Callable[[], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def page(_: Request) -> Response:
            values = {name: await run_in_threadpool(read) for name, read in reads.items()}
            return self._html(template, **values)

        return page

    def _front(self) -> dict[str, Callable[[], Any]]:
        return {"incidents": self._library.incidents, "deployments": self._library.deployments}

    def _one(
        self, read: Callable[[str], tuple[IncidentView, Together]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            view, together = await run_in_threadpool(read, request.path_params["id"])
            return self._html("incident_page.html.jinja", incident=view, together=together)

        return page

    async def _finding(self, request: Request) -> Response:
        """Lead on to the incident, or show what has none: links elsewhere know only the finding."""
        incident = await run_in_threadpool(self._library.incident_of, request.path_params["id"])
        if incident:
            return RedirectResponse(f"/incidents/{incident}", 303)
        return await self._one(self._library.finding)(request)

    async def _verdicts(self, _: Request) -> Response:
        verdicts = await run_in_threadpool(self._library.verdicts)
        suppressions = await run_in_threadpool(self._library.suppressions)
        return self._html("verdicts.html.jinja", verdicts=verdicts, suppressions=suppressions)

    async def _give(self, request: Request) -> Response:
        form = await self._form(request)
        if form.get("judgement") not in JUDGEMENTS or form.get("scope", "") not in ("", *SCOPES):
            raise UserError("this is no verdict")
        verdict = Verdict(
            judgement=cast("Judgement", form["judgement"]),
            scope=cast("Scope", form["scope"]) if form.get("scope") else None,
            who=form.get("who", ""),
            note=form.get("note", ""),
            kind=form.get("kind", ""),
        )
        await run_in_threadpool(self._say, verdict, form)
        return await self._done(form)

    def _say(self, verdict: Verdict, form: dict[str, str]) -> None:
        if verdict.judgement == "missed":
            self._desk.missed(verdict, form.get("line", ""), form.get("service", ""))
        elif form.get("anomaly_id"):
            self._desk.mark(verdict, anomaly_id=form["anomaly_id"])
        elif form.get("deployment_id"):
            for finding in self._library.new_lines(form["deployment_id"]):
                self._desk.give(verdict, finding)
        else:
            for name in form.get("incident_ids", "").split():
                self._desk.mark(verdict, incident_id=name)

    async def _undo(self, request: Request) -> Response:
        form = await self._form(request)
        await run_in_threadpool(self._desk.undo, form.get("verdict_id", ""), form.get("who", ""))
        return await self._done(form)

    async def _done(self, form: dict[str, str]) -> Response:
        if self._look:
            await self._look()
        kind = "deployment" if form.get("deployment") else "incident"
        target = form.get(kind, "")
        return RedirectResponse(f"/{kind}s/{target}" if target.isalnum() else "/verdicts", 303)

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return self._html("login.html.jinja")
        form = await self._form(request, checked=False)
        if not self._guard.is_token(form.get("token", "")):
            return self._html("login.html.jinja", status=403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE,
            self._guard.cookie,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _form(self, request: Request, *, checked: bool = True) -> dict[str, str]:
        """Return the fields of a form of ours. Raises UserError."""
        body = b""
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MAX_FORM_BYTES:
                    raise UserError("the form is too long")
        try:
            fields = parse_qs(body.decode(), max_num_fields=_MAX_FIELDS)
        except ValueError:
            raise UserError("this is no form of ours") from None
        form = {name: values[-1].strip() for name, values in fields.items()}
        if checked and not self._guard.is_ours(form.get("csrf", "")):
            raise UserError("this form is too old, or not ours: load the page again")
        return form

    async def _problem(self, status: int, _: Request, error: Exception) -> Response:
        return self._html("problem.html.jinja", status=status, problem=str(error))

    def _html(self, template: str, *, status: int = 200, **values: Any) -> Response:
        page = render(
            template, csrf=self._guard.form_secret, who=self._who, kind_in_words=kind_in_words, **values
        )
        return HTMLResponse(page, status)
