"""An HTTP service: operations declared once, for routing, validation, access and documentation alike.

    api = Api("uploads")

    @api.operation("GET", "/v1/images/<image_id>/status", id="getImageStatus", access=SIGNED_IN, ...)
    def get_status(image_id: ImageIdPath, caller: Caller) -> ImageStatus: ...

    handler = api.handler

An operation returns a pydantic model (None for 204, a Powertools ``Response`` for a redirect) and raises the
errors of :mod:`lumenstock.kernel.errors`. Every error becomes a problem, RFC 9457, here and nowhere else.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.exceptions import ResponseValidationError

from functions.runtime.body import with_json_body
from functions.runtime.contract import responses_of
from functions.runtime.middleware import conditional, finish, guard, tag_version
from functions.runtime.principal import PUBLIC, Access
from functions.runtime.problems import as_lumenstock_error, problem_answer
from lumenstock.kernel.errors import LumenstockError, ServiceError, UnavailableError

MAX_BODY_BYTES = 64 * 1024
_PARAMETER = re.compile(r"<\w+>|\{\w+\}")  # the framework's, the gateway's

Handler = TypeVar("Handler", bound=Callable[..., object])

logger = Logger(serialize_stacktrace=False)


class Api:
    """The operations of one service behind one Lambda function."""

    def __init__(self, service: str, *, alone: bool = False, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        """Declare a service without operations.

        Args:
            service: The folder below ``functions/``.
            alone: It needs no other part, so none can be unavailable.
            max_body_bytes: Longest request body.
        """
        self.service = service
        self.alone = alone
        self.max_body_bytes = max_body_bytes
        self._accesses: dict[str, Access] = {}
        self.resolver = APIGatewayHttpResolver(
            enable_validation=True, response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR
        )
        self.resolver.exception_handler(Exception)(_hand_on)

    def operation(
        self,
        method: str,
        path: str,
        *,
        id: str,  # noqa: A002 - OpenAPI's word is operationId
        tag: str,
        summary: str,
        returns: str,
        description: str | None = None,
        status: int = HTTPStatus.OK,
        access: Access = PUBLIC,
        errors: Sequence[type[LumenstockError]] = (),
        etag: bool = False,
        versioned: bool = False,
        links: Mapping[str, Mapping[str, str]] | None = None,
        cache_control: str = "no-store",
    ) -> Callable[[Handler], Handler]:
        """Declare an operation.

        Args:
            method: HTTP method, upper case.
            path: In Powertools' form, such as ``/v1/images/<image_id>``.
            id: OpenAPI's operationId: camelCase, unique over all services.
            tag: Group in the documentation.
            summary: A few words.
            returns: What a success means, a sentence.
            description: More for the documentation, in CommonMark.
            status: Of a success.
            access: Who may call.
            errors: What the operation itself raises; what follows from its shape is added
                (:func:`functions.runtime.contract.responses_of`).
            etag: Answer with a strong ETag, and 304 where If-None-Match has it.
            versioned: Answer with the version of what was read as ETag, for If-Match of a change.
            links: Operations that can follow: id to their parameters, as OpenAPI runtime expressions.
            cache_control: Of a success.
        """
        self._accesses[_shape(f"{method} {path}")] = access
        tagging = [*([conditional] if etag else []), *([tag_version] if versioned else [])]
        middlewares = [guard(access), finish(status, cache_control), *tagging]

        def declare(handler: Handler) -> Handler:
            responses = responses_of(
                handler,
                method,
                path,
                status=status,
                returns=returns,
                access=access,
                errors=errors if self.alone else (*errors, UnavailableError),
                etag=etag,
                versioned=versioned,
                links=links or {},
            )
            self.resolver.route(
                path,
                method=method,
                operation_id=id,
                summary=summary,
                description=description,
                tags=[tag],
                status_code=int(status),
                security=[{"accessToken": []}] if access.signed_in else None,
                responses=responses,
                middlewares=middlewares,
            )(handler)
            return handler

        return declare

    def handler(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
        """Answer one request (HTTP API, payload format 2.0). Never raises, and logs one line."""
        started = time.perf_counter()
        request = event["requestContext"]
        request_id = request["requestId"]
        try:
            self._check_access(event)
            answer = self.resolver.resolve(with_json_body(event, self.max_body_bytes), context)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a problem
            answer = problem_answer(_public(error), instance=request["http"]["path"], request_id=request_id)
        answer["headers"]["X-Request-Id"] = request_id
        logger.info(
            "http_call",
            method=request["http"]["method"],
            route=event.get("routeKey"),
            status=answer["statusCode"],
            ms=round((time.perf_counter() - started) * 1000),
            request_id=request_id,
        )
        _keep_for_life()
        return answer

    def _check_access(self, event: Mapping[str, Any]) -> None:
        """Refuse a caller before anything of the request is looked at.

        The framework validates first and asks :func:`functions.runtime.middleware.guard` then: somebody who
        may not call would learn the shape of a body, and have a large one decoded. The guard stays: what is
        looked up here is the gateway's name of the route, what is called is what fits the path.
        """
        access = self._accesses.get(_shape(event.get("routeKey", "")))
        if access is not None:
            access.check(event)


@cache
def _keep_for_life() -> None:
    """Leave what was imported, and opened for the first answer, out of all later garbage collections.

    A full one looks at everything there is, and comes in the middle of some request: 45 ms in the search.
    """
    gc.freeze()


def _shape(route_key: str) -> str:
    """``POST /v1/images/{id}/retry`` whatever the parameters are called."""
    return _PARAMETER.sub("{}", route_key)


def _hand_on(error: Exception) -> NoReturn:
    """Let the one place that answers errors see them; the framework would answer some in its own shapes."""
    if isinstance(error, ResponseValidationError):
        broken = ", ".join(".".join(map(str, item["loc"])) for item in error.errors())
        message = f"The answer breaks its contract at {broken}."
        raise ServiceError(message) from None
    raise as_lumenstock_error(error) or error


def _public(error: Exception) -> LumenstockError:
    known = as_lumenstock_error(error)
    if known is not None and not isinstance(known, ServiceError):
        return known
    logger.error("http_fault", exc_info=error)
    return known if known is not None and known.retryable else LumenstockError()
