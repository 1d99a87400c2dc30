"""Why a request got no answer, in words that name what to repair: proxy, CA bundle, certificate, DNS, address.

Sends nothing. Reads the environment as `requests` does, and the CA bundle that the environment names.
"""

from __future__ import annotations

import os
import re
import ssl
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ProxyError

FAILURES = (requests.RequestException, HTTPError, OSError, UnicodeError)
"""All that a request may raise: a missing CA bundle, say, is a plain OSError."""
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables that name a file of certificates, the first one that is set; SSL_CERT_FILE is not read."""
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
"""All that comes before the first byte of a request: what failed in one of these was surely not sent."""
_REFUSED = re.compile(r"Tunnel connection failed: ([^'\")\r\n]{1,120})")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no answer came, as a clause with what to do. `sent` is False only if the request surely did not leave;
    `lasting` means that asking again is useless until somebody repairs the cause.
    """

    reason: str
    sent: bool
    lasting: bool = False


def explain(error: BaseException, url: str, setting: str, environ: Mapping[str, str] = os.environ) -> Failure:
    """What an error of a request to `url` means; `setting` is the one that holds the address.

    The words are ours: the error's own may quote the request.
    """
    causes = list(_causes(error))
    if not _may_have_been_sent(causes):
        reason, lasting = _unsent(causes, url, setting, environ)
        return Failure(reason, sent=False, lasting=lasting)
    if any(isinstance(each, requests.Timeout) for each in causes):
        return Failure("the answer did not come in time", sent=True)
    return Failure(f"the connection broke off ({type(error).__name__})", sent=True)


def _may_have_been_sent(causes: list[BaseException]) -> bool:
    ran = (frame.f_code for cause in causes for frame, _ in traceback.walk_tb(cause.__traceback__))
    return _BEFORE_SENDING.isdisjoint(ran)


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


def _unsent(causes: list[BaseException], url: str, setting: str, environ: Mapping[str, str]) -> tuple[str, bool]:
    """Why no connection came about, and whether that lasts."""
    variable, path = _bundle(environ)
    if url.startswith("https:") and variable and (problem := _bundle_problem(path)):
        return f"{variable} names {path!r}, which {problem}: correct the variable, or unset it", True
    proxy = _proxy(url, environ)
    if proxy and any(isinstance(each, ProxyError | requests.exceptions.ProxyError) for each in causes):
        return _of_proxy(causes, url, *proxy)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _of_certificate(cause, setting, environ), True
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return f"no encrypted connection could be made: check {setting} and its port", False
    if proxy:
        return _of_proxy(causes, url, *proxy)
    if isinstance(causes[0], requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | UnicodeError):
        return f"the address is not valid: correct {setting}", True
    return f"{_of_connection(causes)}; check {setting} and the network", False


def _of_connection(causes: list[BaseException]) -> str:
    """Why nobody answers at the other end."""
    if any(isinstance(each, NameResolutionError) for each in causes):
        return "no such host is known here (DNS)"
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return "the connection is refused"
    said = [each.strerror for each in causes if isinstance(each, OSError) and each.errno and each.strerror]
    late = (ConnectTimeoutError, requests.Timeout, TimeoutError)
    if any(isinstance(each, late) and not isinstance(each, NewConnectionError) for each in causes):
        return "the connection was not made in time"
    return str(said[0]).lower() if said else "no connection could be made"


def _of_certificate(error: ssl.SSLCertVerificationError, setting: str, environ: Mapping[str, str]) -> str:
    """By OpenSSL's codes, see X509_STORE_CTX_get_error(3)."""
    what = "its certificate is not trusted"
    match error.verify_code:
        case 9:
            return f"{what}: it is not valid yet; check this machine's clock"
        case 10:
            return f"{what}: it has expired; have it renewed, or check this machine's clock"
        case 62 | 64:
            return f"{what}: it is for another host; check {setting}, and what stands between here and there"
    variable, path = _bundle(environ)
    if variable:
        return f"{what}: {variable} ({path!r}) does not hold the authority that signed it; add that, or correct it"
    unread = "; SSL_CERT_FILE is not read" if environ.get("SSL_CERT_FILE") else ""
    todo = "name a file with that authority's certificate in REQUESTS_CA_BUNDLE"
    return f"{what}: the authority that signed it is not known here; if it is your own, {todo}{unread}"


def _bundle(environ: Mapping[str, str]) -> tuple[str, str]:
    return next(((name, environ[name]) for name in BUNDLES if environ.get(name)), ("", ""))


def _bundle_problem(path: str) -> str:
    """What is wrong with a bundle of certificates, '' where it can be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if Path(path).is_dir():
            os.scandir(path).close()
        else:
            context.load_verify_locations(path)
    except ssl.SSLError:
        return "holds no certificates in PEM form"
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be read ({(error.strerror or 'no reason given').lower()})"
    return ""


def _proxy(url: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The proxy that requests to `url` go through, without its password, and the variable that names it."""
    address = select_proxy(url, get_environ_proxies(url))
    if not address:
        return None
    names = [name for kind in (urlsplit(url).scheme, "all") for name in (f"{kind}_proxy", f"{kind}_proxy".upper())]
    variable = next((name for name in names if environ.get(name) == address), "this machine's settings")
    scheme, _, rest = address.rpartition("://")
    place = rest.rpartition("@")[2].partition("/")[0]
    return f"{scheme or 'http'}://{place}", variable


def _of_proxy(causes: list[BaseException], url: str, proxy: str, variable: str) -> tuple[str, bool]:
    named, host = f"the proxy {proxy!r} (from {variable})", urlsplit(url).hostname
    refused = next((found[1] for each in causes if (found := _REFUSED.search(str(each)))), "")
    if isinstance(causes[0], requests.exceptions.InvalidSchema):
        return f"{named} is of a kind that cannot be used here: name an http:// one", True
    if isinstance(causes[0], requests.exceptions.InvalidURL):
        return f"the address of a proxy in {variable} is not valid: correct the variable, or unset it", True
    if refused.startswith("407"):
        wanted = proxy.replace("://", "://USER:PASSWORD@")
        return f"{named} wants a log-in ({refused}): set {variable}={wanted}", True
    if refused:
        return f"{named} does not let requests through ({refused}): have it allow {host}", False
    why = _of_connection(causes)
    return f"{named} cannot be reached ({why}): correct {variable}, or add {host} to NO_PROXY", False
