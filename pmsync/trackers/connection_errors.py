"""Why a request got no answer, in words that name what to repair: proxy, CA bundle, certificate, DNS, address.

Sends nothing. Reads the environment as `requests` does, and the CA bundle that the environment names.
"""

from __future__ import annotations

import os
import re
import ssl
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ProxyError

FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)
"""Everything that a request may raise: a missing CA bundle is a plain OSError, a malformed redirect a ValueError."""
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables that name a CA bundle; the first one that is set counts, and SSL_CERT_FILE is never read."""
_BEFORE_SENDING = frozenset(
    function.__code__
    for function in (
        requests.PreparedRequest.prepare,
        requests.Session.get_adapter,
        HTTPAdapter.get_connection_with_tls_context,
        HTTPAdapter.cert_verify,
        HTTPConnection.connect,
        HTTPSConnection.connect,
    )
)
"""Everything that runs before the first byte of a request leaves: what failed in there was surely not sent."""
_TUNNEL_FAILED = re.compile(r"Tunnel connection failed: ([^'\")\r\n]{1,120})")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no answer came, as a clause with what to do. `sent` is False only if the request surely did not leave;
    `lasting` means that asking again is useless until somebody repairs the cause.
    """

    reason: str
    sent: bool = False
    lasting: bool = False


def explain(error: BaseException, url: str, setting: str) -> Failure:
    """What an error of a request to `url` means; `setting` is the one that holds the address.

    The words are ours: the error's own may quote the request.
    """
    causes = list(_causes(error))
    ran = (frame.f_code for cause in causes for frame, _ in traceback.walk_tb(cause.__traceback__))
    if not _BEFORE_SENDING.isdisjoint(ran):
        return _not_sent(causes, url, setting)
    if _any(causes, requests.Timeout):
        return Failure("timed out waiting for the answer", sent=True)
    if isinstance(error, ValueError):
        return Failure(f"the answer cannot be read ({type(error).__name__})", sent=True)
    return Failure(f"the connection broke off ({type(error).__name__})", sent=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps on purpose: urllib3 keeps its reason, requests its arguments.

    `__context__` is left out: it may be the failure of another request.
    """
    waiting, seen = [error], set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, getattr(cause, "reason", None), *cause.args)
        waiting += [each for each in inner if isinstance(each, BaseException)]


def _any(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _not_sent(causes: list[BaseException], url: str, setting: str) -> Failure:
    """Why no connection was made."""
    variable, path = _ca_bundle()
    if url.startswith("https:") and variable and (problem := _ca_bundle_problem(path)):
        return Failure(f"{variable} names {path!r}, which {problem}: correct the variable, or unset it", lasting=True)
    proxy = _proxy(url)
    if proxy and _any(causes, ProxyError, requests.exceptions.ProxyError):
        return _proxy_failure(causes, url, *proxy)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure(f"its certificate is not trusted: {_certificate_problem(cause, setting)}", lasting=True)
    if _any(causes, ssl.SSLError):
        return Failure(f"no encrypted connection could be made: check {setting} and its port")
    if proxy:
        return _proxy_failure(causes, url, *proxy)
    if isinstance(causes[0], requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | UnicodeError):
        return Failure(f"the URL is not valid: correct {setting}", lasting=True)
    return Failure(f"{_connection_problem(causes)}; check {setting} and the network")


def _connection_problem(causes: list[BaseException]) -> str:
    if _any(causes, NameResolutionError):
        return "the host name does not resolve (DNS)"
    if _any(causes, ConnectionRefusedError):
        return "connection refused"
    late = (ConnectTimeoutError, requests.Timeout, TimeoutError)
    if any(isinstance(cause, late) and not isinstance(cause, NewConnectionError) for cause in causes):
        return "connecting timed out"
    reasons = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.errno and cause.strerror)
    return next(reasons, "no connection could be made").lower()


def _certificate_problem(error: ssl.SSLCertVerificationError, setting: str) -> str:
    """By OpenSSL's codes, see X509_STORE_CTX_get_error(3)."""
    match error.verify_code:
        case 9:
            return "it is not valid yet; check this machine's clock"
        case 10:
            return "it has expired; have it renewed, or check this machine's clock"
        case 62 | 64:
            return f"it is for another host; check {setting}, and any proxy in between"
    variable, path = _ca_bundle()
    if variable:
        return f"{variable} ({path!r}) lacks the authority that signed it; add that, or correct the variable"
    unread = "; SSL_CERT_FILE is not read" if os.environ.get("SSL_CERT_FILE") else ""
    todo = "name a file with that authority's certificate in REQUESTS_CA_BUNDLE"
    return f"the authority that signed it is unknown on this machine; if it is your own, {todo}{unread}"


def _ca_bundle() -> tuple[str, str]:
    """The variable that names a CA bundle, and its value; both '' if none is set."""
    return next(((name, os.environ[name]) for name in BUNDLES if os.environ.get(name)), ("", ""))


def _ca_bundle_problem(path: str) -> str:
    """Why a CA bundle cannot be used, '' if it can."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if Path(path).is_dir():
            os.scandir(path).close()
        else:
            context.load_verify_locations(path)
    except ssl.SSLError:
        return "contains no certificates in PEM form"
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be read ({(error.strerror or 'no reason given').lower()})"
    return ""


def _proxy(url: str) -> tuple[str, str] | None:
    """The proxy that requests to `url` go through, without its password, and the variable that names it."""
    address = select_proxy(url, get_environ_proxies(url))
    if not address:
        return None
    names = [name for kind in (urlsplit(url).scheme, "all") for name in (f"{kind}_proxy", f"{kind}_proxy".upper())]
    variable = next((name for name in names if os.environ.get(name) == address), "this machine's settings")
    scheme, _, rest = address.rpartition("://")
    return f"{scheme or 'http'}://{rest.rpartition('@')[2].partition('/')[0]}", variable


def _proxy_failure(causes: list[BaseException], url: str, proxy: str, variable: str) -> Failure:
    name, host = f"the proxy {proxy!r} (from {variable})", urlsplit(url).hostname
    if isinstance(causes[0], requests.exceptions.InvalidSchema):
        return Failure(f"{name} is not supported: name an http:// proxy", lasting=True)
    if isinstance(causes[0], requests.exceptions.InvalidURL):
        return Failure(f"the proxy address in {variable} is not valid: correct it, or unset the variable", lasting=True)
    answer = next((match[1] for cause in causes if (match := _TUNNEL_FAILED.search(str(cause)))), "")
    if answer.startswith("407"):
        address = proxy.replace("://", "://USER:PASSWORD@")
        return Failure(f"{name} requires a login ({answer}): set {variable}={address}", lasting=True)
    if answer:
        return Failure(f"{name} rejects requests ({answer}): have it allow {host}")
    problem = _connection_problem(causes)
    return Failure(f"{name} cannot be reached ({problem}): correct {variable}, or add {host} to NO_PROXY")
