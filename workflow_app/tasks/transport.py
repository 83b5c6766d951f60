"""The line of a worker to the broker, which steps over what is no message.

Whatever is in a list, a worker gets it here: bytes that are no JSON, JSON of another shape, a
message no task can be made of. Over one, Celery ends its process; over another, it never gives the
place of the message back, and stands still after six of them.
"""

import base64
from typing import Annotated, Any, Literal

import structlog
from kombu.transport import redis
from kombu.transport.virtual import Empty
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from redis.exceptions import RedisError

from workflow_app.logs import one_line
from workflow_app.tasks.effects import TASKS

log = structlog.get_logger()


_Id = Annotated[int, Field(gt=0, lt=2**63)]
_BODY = TypeAdapter(
    tuple[tuple[_Id], dict[str, Any], dict[str, Any] | None], config=ConfigDict(strict=True)
)
"""Arguments (the id of a message in the outbox), keywords, callbacks."""


def _readable(body: str) -> str:
    _BODY.validate_json(base64.b64decode(body))
    return body


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Headers(_Part):
    id: str
    task: Literal[*TASKS.values()]  # type: ignore[valid-type]
    handed_at: str = ""


class _Route(_Part):
    exchange: str
    routing_key: str


class _Properties(_Part):
    delivery_tag: str
    delivery_info: _Route
    body_encoding: Literal["base64"]


class Message(_Part):
    """What the relay hands out, and no more of it than is needed: the rest may be odd as well."""

    headers: _Headers
    properties: _Properties
    body: Annotated[str, AfterValidator(_readable)]
    content_type: Literal["application/json"] = Field(alias="content-type")
    content_encoding: Literal["utf-8"] = Field(alias="content-encoding")


class Channel(redis.Channel):
    """Takes the next piece out of a list; what is no message is told and thrown away.

    Nothing is lost by it: the truth is the outbox, whose message is handed out again.
    """

    def _brpop_read(self, **options: Any) -> bool:
        try:
            return bool(super()._brpop_read(**options))  # type: ignore[no-untyped-call]
        except (Empty, OSError, RedisError):  # the broker's, or nothing is there
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is out of the list)
            log.warning("a piece of the queue is no message", error=one_line(error))
            return True


class Transport(redis.Transport):
    """Redis, whose pieces are looked at before Celery counts them as work."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        known = Message.model_validate(message).model_dump(by_alias=True)
        super()._deliver(known, queue)  # type: ignore[no-untyped-call]
