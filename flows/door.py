"""The door for uploads: ``POST /api/requests`` takes one file into the ledger and gives its reference.

The body is one file, or a form (``multipart/form-data``) with one file in it. It is streamed to a temporary file with a
limit; whatever is wrong with it is said in a sentence with a status that fits, and what breaks off leaves nothing.
"""

import asyncio
import hmac
import sys
from datetime import UTC, datetime
from email.message import Message as Head
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from extractors import media
from extractors.reading import READERS
from flows.body_limit import TooMuch, limited
from flows.taking_in import MEGABYTE, DiskFull, check_space
from flows.working_off import told_shortly
from pipeline.ledger import Ledger
from pipeline.messages import Accepted, Incoming
from pipeline.values import Value

TAKEN_IN = frozenset(READERS) | {media.EML, media.MSG, media.ENCRYPTED_OFFICE}
"""Kinds of files that are taken in, told by their content: whatever a reader reads, mail, archives, locked files."""
IN_MEMORY = 1_000_000
"""Bytes of an upload that are held in memory before it goes to a temporary file."""


class DoorSettings(Value):
    """``token``: what an uploader must show; ``largest``: megabytes of an upload; ``reserve``: megabytes of disk that
    stay free; ``patience``: seconds an upload may take in all."""

    token: str = Field(min_length=20, repr=False)
    largest: float = Field(default=50, gt=0)
    reserve: float = Field(default=500, ge=0)
    patience: float = Field(default=300, gt=0)


def make_door(ledger: Ledger, settings: DoorSettings) -> FastAPI:
    """The application with its one address."""
    door = FastAPI(title="SOCIEUX+ intake", docs_url=None, redoc_url=None, openapi_url=None)
    door.add_exception_handler(HTTPException, _as_json)  # type: ignore[arg-type]

    @door.post("/api/requests", status_code=201)
    async def take_request(request: Request) -> JSONResponse:
        """Take one file in: 201 with its reference, 200 if the same bytes were here before."""
        _check_token(request, settings)
        with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            name = await _received(request, settings, file)
            accepted = await run_in_threadpool(_accept, ledger, settings, file, name)
        told = {"reference": accepted.reference, "received": "new" if accepted.new else "known"}
        return JSONResponse(told, 201 if accepted.new else 200)

    return door


async def _as_json(_request: Request, refusal: HTTPException) -> JSONResponse:
    return JSONResponse({"error": refusal.detail}, refusal.status_code, refusal.headers)


def _check_token(request: Request, settings: DoorSettings) -> None:
    """Before a byte of the body is looked at."""
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(shown.strip().encode(), settings.token.encode())
    if kind.lower() != "bearer" or not right:
        raise HTTPException(401, "Show the token: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})


async def _received(request: Request, settings: DoorSettings, file: IO[bytes]) -> str:
    """The upload in a temporary file; its name, for display. Raises ``HTTPException``."""
    most = int(settings.largest * MEGABYTE)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most + IN_MEMORY:
        raise _too_large(settings)
    measured = Request(request.scope, limited(request.receive, most + IN_MEMORY))
    try:
        async with asyncio.timeout(settings.patience):
            name = await _stream(measured, file)
    except TimeoutError as fault:
        raise HTTPException(408, "The upload took too long; try again on a faster line.") from fault
    except TooMuch as fault:
        raise _too_large(settings) from fault
    except ClientDisconnect as fault:
        raise HTTPException(400, "The upload broke off.") from fault
    except OSError as fault:
        raise _our_fault(fault) from fault
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        # Broken multipart makes its parser stumble in ways of its own.
        raise HTTPException(400, "The upload is not well-formed; send one file, as it is or in a form.") from fault
    if file.tell() > most:
        raise _too_large(settings)
    return name


async def _stream(request: Request, file: IO[bytes]) -> str:
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await _stream_form(request, file)
    async for chunk in request.stream():
        await run_in_threadpool(file.write, chunk)
    return _declared_name(request.headers.get("content-disposition", ""))


async def _stream_form(request: Request, file: IO[bytes]) -> str:
    """The one file of a form; other fields are of no interest."""
    async with request.form(max_files=1, max_fields=20, max_part_size=100_000) as form:
        sent = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
        if len(sent) != 1:
            raise HTTPException(400, "Send one file; several in an archive.")
        while chunk := await sent[0].read(IN_MEMORY):
            await run_in_threadpool(file.write, chunk)
        return sent[0].filename or ""


def _accept(ledger: Ledger, settings: DoorSettings, file: IO[bytes], name: str) -> Accepted:
    """Look what it is, and take it in. Raises ``HTTPException``."""
    file.seek(0)
    data = file.read()
    if not data:
        raise HTTPException(400, "The file is empty.")
    if (kind := media.sniff(data)) not in TAKEN_IN:
        raise HTTPException(415, f"The file is neither a PDF nor a Word document ({kind}).")
    news = Incoming(
        channel="api", received_at=datetime.now(UTC), received_by="upload", filename=name[:500], wants_reference=True
    )
    try:
        check_space(ledger, settings.reserve, len(data))
        return ledger.accept(data, news)
    except (DiskFull, OSError, SQLAlchemyError) as fault:
        raise _our_fault(fault) from fault


def _declared_name(disposition: str) -> str:
    """The file's name in a Content-Disposition header, also as RFC 5987 writes it; empty if there is none."""
    head = Head()
    head["Content-Disposition"] = disposition.replace("\r", "").replace("\n", "")[:2000]
    try:
        return head.get_filename("") or ""
    except (LookupError, ValueError, TypeError):
        return ""


def _too_large(settings: DoorSettings) -> HTTPException:
    return HTTPException(413, f"The file is larger than {settings.largest:g} MB; no form is.")


def _our_fault(fault: Exception) -> HTTPException:
    """Disk or database: nothing was taken in, and the uploader is asked to come again."""
    said = str(fault) if isinstance(fault, DiskFull) else told_shortly(fault)
    print(f"door: {said}", file=sys.stderr, flush=True)
    return HTTPException(503, "Nothing can be taken in at the moment; try again later.", {"Retry-After": "60"})


def open_door(ledger: Ledger, settings: DoorSettings, host: str, port: int) -> None:
    """Serve until asked to stop. TLS is the business of the proxy in front."""
    import uvicorn

    uvicorn.run(
        make_door(ledger, settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=20,
        server_header=False,
    )
