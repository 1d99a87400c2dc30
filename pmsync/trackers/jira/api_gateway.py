"""Atlassian's gateway: the only address where the API of a Cloud site accepts tokens with scopes.

Browsers still open the site. See "Manage API tokens for service accounts" in support.atlassian.com.
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
    """Whether an address is the gateway's, which no browser can open."""
    return bool(JIRA_AT_GATEWAY.fullmatch(urlsplit(url).path))


def hint(site: str, table: str) -> str:
    """What to do if the site refuses a token that may be a scoped one; '' if the site is not in the cloud.

    `table` is the tracker's in the configuration. Sends one request, without credentials.
    """
    id_ = cloud_id(site)
    if not id_ and not (urlsplit(site).hostname or "").endswith(".atlassian.net"):
        return ""
    where = "" if id_ else f" ({site}/_edge/tenant_info shows the CLOUDID)"
    line = f'`api_url = "https://{GATEWAY}/ex/jira/{id_ or "CLOUDID"}"` to [{table}]'
    return f"a token with scopes, or of a service account, works only at Atlassian's gateway: add {line}{where}"


def check_site(server: Mapping[str, Any], site: str, setting: str) -> None:
    """Raise TrackerClosed if `serverInfo` of the Jira at `setting` names another site than the configured one.

    If it names none, the configuration is trusted.
    """
    sites = [str(server[name]) for name in _SITES if server.get(name)]
    if sites and urlsplit(site).hostname not in {urlsplit(each).hostname for each in sites}:
        table = setting.rpartition(".")[0]
        raise TrackerClosed(
            f"{setting} leads to the Jira of {sites[0]!r}, but {table}.url is {site!r}: correct the one that is wrong"
        )


def cloud_id(site: str) -> str:
    """The id of a Cloud site, which it shows to everybody; '' if it does not.

    https://support.atlassian.com/jira/kb/retrieve-my-atlassian-sites-cloud-id/
    """
    try:
        answer = requests.get(
            f"{site}/_edge/tenant_info",
            auth=no_netrc,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        info = parsed(answer.text) if answer.status_code == 200 else None
    except FAILURES:
        return ""
    id_ = str(info.get("cloudId") or "") if isinstance(info, dict) else ""
    return id_ if _CLOUD_ID.fullmatch(id_) else ""
