"""Who may look, and that a form was ours: no script runs, no other page speaks for the one who looks."""

import hashlib
import hmac
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from burl.console.settings import ConsoleSettings, is_loopback

COOKIE = "burl_console"
LOGIN = "/login"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Guard:
    """The secrets of one process; who was let in by another one logs in again."""

    def __init__(self, settings: ConsoleSettings) -> None:
        """Args: `settings` hold the token, if there is one."""
        self._token = settings.token.get_secret_value() if settings.token else ""
        self._listen = settings.listen
        self._secret = secrets.token_bytes(32)

    @property
    def has_token(self) -> bool:
        """True where people must show one."""
        return bool(self._token)

    @property
    def form_secret(self) -> str:
        """What each of our forms carries, and no other page can know."""
        return self._signed("form")

    @property
    def cookie(self) -> str:
        """What a browser shows that was let in."""
        return self._signed("cookie")

    def is_ours(self, shown: str) -> bool:
        """Return True when a form carried our secret."""
        return hmac.compare_digest(shown.encode(), self.form_secret.encode())

    def is_token(self, shown: str) -> bool:
        """Return True when `shown` is the token."""
        return bool(self._token) and hmac.compare_digest(shown.encode(), self._token.encode())

    def lets_in(self, connection: HTTPConnection) -> bool:
        """Return True for whoever shows the token, or the cookie that it was changed for.

        Without a token only this machine gets here; a page elsewhere that had its own name lead to this
        address would say another host.
        """
        if not self._token:
            host = connection.headers.get("host", "")
            name = host if ":" in host.rpartition("]")[2] else f"{host}:80"
            return is_loopback(name) or name.rpartition(":")[0] == self._listen.rpartition(":")[0]
        scheme, _, shown = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(shown.strip()):
            return True
        return hmac.compare_digest(connection.cookies.get(COOKIE, "").encode(), self.cookie.encode())

    def _signed(self, purpose: str) -> str:
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).hexdigest()


class Guarded:
    """An application behind a guard; every answer carries the headers that keep scripts out."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        """Args: `app` sees only requests that the guard lets in, and those for the login page."""
        self._app, self._guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        connection = HTTPConnection(scope)
        if self._guard.lets_in(connection) or (scope["path"] == LOGIN and self._guard.has_token):
            await self._app(scope, receive, answer)
        else:
            await self._refusal(Headers(scope=scope))(scope, receive, answer)

    def _refusal(self, headers: Headers) -> Response:
        if self._guard.has_token and "text/html" in headers.get("accept", ""):
            return RedirectResponse(LOGIN, 303)
        return Response("no entry: show the token, or ask for localhost\n", 403)
