"""Routes of a module that is loaded when the first request for them comes.

A process is ready without the models of some two hundred operations, and a request is compared with the routes of
its own resource only.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from passmanager.service.http.operations import operation_id


def make_router(*, prefix: str = "", tag: str, include_in_schema: bool = True) -> APIRouter:
    """The routes of one module, as `LazyRoutes` wants them."""
    return APIRouter(
        prefix=prefix, tags=[tag], include_in_schema=include_in_schema, generate_unique_id_function=operation_id
    )


class LazyRoutes(BaseRoute):
    """The routes of one module."""

    def __init__(self, module: str, starts: tuple[str, ...]) -> None:
        """Nothing is loaded yet.

        Args:
            module: Has a `router`.
            starts: What its paths begin with, to the end of a segment.
        """
        self.module = module
        self.starts = starts
        self._within = tuple(f"{start}/" for start in starts)

    @property
    def routes(self) -> list[BaseRoute]:
        """Loads them, the first time."""
        router: APIRouter = import_module(self.module).router
        return router.routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes path and method, or else the first that takes the path."""
        path = scope.get("path", "")
        partial: tuple[Match, Scope] = (Match.NONE, {})
        if path not in self.starts and not path.startswith(self._within):
            return partial
        for route in self.routes:
            found = route.matches(scope)
            if found[0] is Match.FULL:
                return found
            if found[0] is Match.PARTIAL and partial[0] is Match.NONE:
                partial = found
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By the route that `matches` has found; a route of FastAPI names itself in the scope."""
        await scope["route"].handle(scope, receive, send)


def add_lazy_routes(app: FastAPI, modules: Mapping[str, tuple[str, ...]]) -> None:
    """In the order of the table: where two modules take a path, the first one has it."""
    app.router.routes += [LazyRoutes(module, starts) for module, starts in modules.items()]


def all_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every operation of the application; loads all of them."""
    for route in app.router.routes:
        for one in route.routes if isinstance(route, LazyRoutes) else (route,):
            if isinstance(one, APIRoute):
                yield one
