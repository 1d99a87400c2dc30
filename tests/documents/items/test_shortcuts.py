"""What is told by a sign before it is looked for: the shortcuts never hide what the whole look finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.documents.items import parse
from pmsync.documents.items.fields import coded_text, read_fields
from pmsync.model import Item
from tests import reading

PIECES = st.sampled_from(
    """Add alerting|add|the web team|The |Alice|alice|bob|to|will|is going to|and|the queue|do it|: |：| - | — |, |. |(|)|[|]|@alice|@bob|#12|OPS-3
    |https://github.com/acme/web/issues/3|commit 1a2b3c4|(1a2b3c4)|`1a2b3c4`|alice@acme.test|P1|high|Owner|Due|2026-12-01|1 May|due
    |by|TODO|DONE|done|fixed|in progress|!high|✅|❌|→| || |1.|#4:|AI-3|Prevent|detect|[ ]|[x]|SRE team|owner alice|was added|has been
    |we|We now alert|already|wurde|aktiviert|se agregó|foi|已添加|追加した|see|in|**b**|*i*|~~s~~|<br>|\\n  |é|’|b/12345|!7|mr.acme.test
    """.replace("\n", "").split("|")
) | st.sampled_from([" ", " ", " ", "\n"])  # fmt: skip
LONG_WAYS = (
    (read_fields, "_SENTENCE", re.compile(r"(?!)")),
    (read_fields, "_MAY_END_IN_FIELDS", re.compile("")),
    (coded_text, "_HINT", re.compile("")),
)


def items(text: str) -> tuple[Item, ...]:
    return parse(f"## Action items\n\n- {text}\n", "a.md").items


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_any_entry_is_read_the_same_the_long_way(text: str) -> None:
    found = items(text)
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in LONG_WAYS:
            patch.setattr(module, name, value)
        assert items(text) == found


def test_own_documents_are_read_the_same_the_long_way() -> None:
    texts = reading.texts(reading.OWN) + reading.texts(reading.EXAMPLES)
    found = [parse(text, "a.md").items for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in LONG_WAYS:
            patch.setattr(module, name, value)
        assert [parse(text, "a.md").items for text in texts] == found
