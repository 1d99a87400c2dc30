"""Atlassian's gateway, the only place where the API of a Cloud site takes tokens with scopes.

People still open the site. See "Manage API tokens for service accounts" in support.atlassian.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from pmsync.errors import TrackerClosed
from pmsync.trackers.connection_errors import FAILURES
from pmsync.trackers.hosts import GATEWAY, JIRA_AT_GATEWAY
from pmsync.trackers.http import no_netrc, parsed

_TIMEOUT = 5.0
_SITES = ("baseUrl", "displayUrl")
_CLOUD_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


def is_gateway(url: str) -> bool:
    """Whether it is a place for requests only, which no browser gets into."""
    return bool(JIRA_AT_GATEWAY.fullmatch(urlsplit(url).path))


def address(cloud_id: str) -> str:
    """Where the API of a Cloud site takes scoped tokens."""
    return f"https://{GATEWAY}/ex/jira/{cloud_id}"


def hint(site: str, table: str) -> str:
    """What to do where the site refuses a token that may be a scoped one; '' where the site is none of the cloud's.

    `table` is the tracker's in the configuration. One request, which carries nothing.
    """
    found = cloud_id(site)
    if not found and not (urlsplit(site).hostname or "").endswith(".atlassian.net"):
        return ""
    where = "" if found else f" ({site}/_edge/tenant_info shows the CLOUDID)"
    line = f'`api_url = "{address(found or "CLOUDID")}"` to [{table}]'
    return f"a token with scopes, or of a service account, works only at Atlassian's gateway: add {line}{where}"


def check_site(server: Mapping[str, Any], site: str, setting: str) -> None:
    """Raise TrackerClosed where the Jira that answers at an address of its own (by `serverInfo`) is not that of `site`.

    Where it does not say whose it is, nobody knows better than the configuration.
    """
    told = [str(server[name]) for name in _SITES if server.get(name)]
    hosts = {urlsplit(each).hostname for each in told}
    if told and urlsplit(site).hostname not in hosts:
        table = setting.rpartition(".")[0]
        raise TrackerClosed(
            f"{setting} leads to the Jira of {told[0]!r}, and {table}.url is {site!r}: correct the one that is wrong"
        )


def cloud_id(site: str) -> str:
    """The id of a Cloud site, which it tells everybody; '' where it does not.

    https://support.atlassian.com/jira/kb/retrieve-my-atlassian-sites-cloud-id/
    """
    try:
        answer = requests.get(
            f"{site}/_edge/tenant_info",
            auth=no_netrc,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        told = parsed(answer.text) if answer.status_code == 200 else None
    except (*FAILURES, ValueError):
        return ""
    found = str(told.get("cloudId") or "") if isinstance(told, dict) else ""
    return found if _CLOUD_ID.fullmatch(found) else ""
