"""Markdown to Jira's wiki markup. Pure; walks lists of tokens and never recurses.

The text comes from documents, so none of it may become markup of its own: no macro, mention or embedded image. The
notation is that of Jira's help page "Text Formatting Notation" (`/secure/WikiRendererHelpAction.jspa`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_LANGUAGES = frozenset(
    "actionscript ada applescript bash c c# c++ cpp css erlang go groovy haskell html java javascript js json lua objc "
    "perl php python r ruby scala sh sql swift visualbasic xml yaml".split()
)
_SAME_LANGUAGE = {"py": "python", "shell": "bash", "console": "bash", "zsh": "bash", "yml": "yaml", "golang": "go"}
_EMPHASIS = {"strong": "*", "em": "_", "s": "-"}
_NEW_LINE = " \\\\ "
_ZERO_WIDTH = "\u200b"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_SEPARATOR = re.compile(r"[\u2028\u2029]")
_LINE_END = re.compile(r"[\n-\r\x1c-\x1e\x85\u2028\u2029]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_CHECKBOX = re.compile(r"\[([ xX])\](?=\s|$)")
_URL = re.compile(r"https?://(?:\([^\s<>()|\\^{}\[\]\"`]*\)|[^\s<>()|\\^{}\[\]\"`])+", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![^\W_])(?<!\\)https?\Z", re.IGNORECASE)
_LINKED = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_UNSAFE_IN_CODE = re.compile(r"\{(?=\s*(?:code|quote))|\[(?=[~@])", re.IGNORECASE)
_UNSAFE_IN_URL = re.compile(r"[\s|\\^{}\[\]\"<>`]")

# What begins markup anywhere (Jira notifies for [@alice] too), at the edge of a word, before more text, and as a
# smiley. A backslash counts as ';' there: it becomes an entity, which ends in one.
_SPECIAL = (
    re.compile(r"[{}\[\]|]|(?<=\[)@"),
    re.compile(r"(?<![^\W_])[*_^~+]|[*_^~+](?![^\W_])"),
    re.compile(r"(?<![^\W_])-(?=\S)|!(?=\S)|\?(?=\?)|(?<=\?)\?"),
    re.compile(r"\((?=(?:[/xi!?+yn-]|\*[rgby]?|on|off|flag|flagoff)\))|(?<=[:;\\])[()](?!\w)", re.IGNORECASE),
)
_LETTER_SMILEY = re.compile(r":(?=[DPp](?![^\W_]))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^[ \t]*(?=[#*-]+\s|-{4}|h[1-6]\.|bq\.|\|)", re.MULTILINE)


def escape(text: str, before: str = "", after: str = "") -> str:
    """Plain text in which no character is markup for Jira, while words look the same.

    `before` and `after` are its neighbours, for markup that depends on them.
    """
    start, whole = len(before), before + _LINE_END.sub(" ", text) + after
    special = {match.start() for rule in _SPECIAL for match in rule.finditer(whole)}
    entities = {match.start() for match in _ENTITY.finditer(whole)}
    smileys = {match.start() for match in _LETTER_SMILEY.finditer(whole)}
    out = []
    for position in range(start, start + len(text)):
        char = whole[position]
        if char == "\\" and not whole[position + 1 : position + 2].isalnum():
            out.append("&#92;")
        elif position in entities:
            out.append("&amp;")
        elif position in smileys:
            out.append(f":{_ZERO_WIDTH}")
        else:
            out.append(f"\\{char}" if position in special else char)
    return "".join(out)


def to_wiki(markdown: str) -> str:
    """Markdown as wiki markup. Of raw HTML only the words are kept; comments are dropped."""
    text = _CONTROL.sub(" ", _LINE_SEPARATOR.sub("\n", markdown.replace("\r\n", "\n")))
    writer = _Writer()
    for token in _PARSER.parse(text):
        _block(writer, token)
    return writer.text().strip()


@dataclass
class _Writer:
    """The blocks written so far, with the separators between them, and the state of the walk.

    `lists` has '*' or '#' for each open list; `fresh` is True at an item's start, `ended` right after a list.
    """

    parts: list[str] = field(default_factory=list)
    kind: str = ""
    lists: list[str] = field(default_factory=list)
    fresh: bool = False
    ended: bool = False
    quotes: int = 0
    prefix: str = ""
    cells: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        """Add a block. Items of a list, rows of a table and what is inside something follow without a blank line."""
        close = self.kind == "open" or kind == "close" or (kind == self.kind == "row") or bool(self.lists)
        if kind in {"item", "inner"} and (self.kind not in {"item", "inner"} or self.ended):
            close = self.kind == "open"
        if self.parts:
            self.parts.append("\n" if close else "\n\n")
        self.parts.append(text)
        self.kind, self.fresh, self.ended, self.prefix = kind, False, False, ""

    def write(self, text: str) -> None:
        """Add a block where it belongs: on its own, as an item, or as more of an item."""
        if not self.lists:
            self.add("text", self.prefix + text)
        elif self.fresh:
            self.add("item", f"{''.join(self.lists)} {text}")
        elif self.kind == "item" and not text.startswith("{code"):
            self.parts.append(_NEW_LINE + text)
        else:
            self.add("inner", text)

    def text(self) -> str:
        return "".join(self.parts)


def _block(writer: _Writer, token: Token) -> None:
    match token.type:
        case "bullet_list_open" | "ordered_list_open":
            writer.lists.append("*" if token.type == "bullet_list_open" else "#")
        case "bullet_list_close" | "ordered_list_close":
            writer.lists.pop()
            writer.ended = not writer.lists
        case "list_item_open":
            writer.fresh = True
        case "list_item_close":
            writer.fresh = False
        case "blockquote_open" | "blockquote_close":
            _quote(writer, 1 if token.nesting > 0 else -1)
        case "heading_open":
            writer.prefix = f"{token.tag}. "
        case "heading_close":
            writer.prefix = ""
        case "inline":
            _inline_block(writer, token)
        case "fence" | "code_block":
            writer.write(_code(token.content, token.info))
        case "html_block":
            if words := " ".join(unescape(_TAG.sub(" ", _COMMENT.sub(" ", token.content))).split()):
                writer.write(_guarded(escape(words)))
        case "hr":
            writer.add("text", "----")
        case "tr_open":
            writer.cells = []
        case "tr_close":
            edge = "||" if writer.prefix == "||" else "|"
            writer.add("row", edge + edge.join(writer.cells) + edge)
        case "th_open" | "td_open":
            writer.prefix = "||" if token.type == "th_open" else "|"


def _quote(writer: _Writer, step: int) -> None:
    """{quote} cannot be nested: an inner quote becomes part of the outer one."""
    writer.quotes += step
    if (writer.quotes, step) == (1, 1):
        writer.add("open", "{quote}")
    elif (writer.quotes, step) == (0, -1):
        writer.add("close", "{quote}")


def _inline_block(writer: _Writer, token: Token) -> None:
    children = _joined(token.children or [])
    in_cell = writer.prefix in {"|", "||"}
    box = ""
    if writer.fresh and children and (match := _CHECKBOX.match(children[0].content)):
        box = ("☐" if match[1] == " " else "☑") + children[0].content[match.end() :][:1]
        children[0] = Token("text", "", 0, content=children[0].content[match.end() + 1 :])
    one_line = in_cell or bool(writer.lists) or bool(writer.prefix)
    text = box + _guarded(_inline(children, _NEW_LINE if one_line else "\n").strip())
    if in_cell:
        writer.cells.append(text or " ")
    elif text:
        writer.write(text)


def _guarded(text: str) -> str:
    """Text in which no line begins a list, a heading, a quote, a rule or a table."""
    return _LINE_START.sub(lambda match: _ZERO_WIDTH + match[0], text)


def _code(content: str, info: str) -> str:
    """A code block. An invisible character breaks what would end it or its quote early, and mentions: Jira notifies
    from code as well.
    """
    words = info.split()
    language = _SAME_LANGUAGE.get(words[0].lower(), words[0].lower()) if words else ""
    opening = f"{{code:{language}}}" if language in _LANGUAGES else "{code}"
    body = _UNSAFE_IN_CODE.sub(rf"\g<0>{_ZERO_WIDTH}", content.rstrip("\n"))
    return f"{opening}\n{body}\n{{code}}"


# --- inside a block -------------------------------------------------------------------------------------------


@dataclass
class _Span:
    """An open span: the index of its first part, and the character before it, or its address."""

    index: int
    note: str


def _joined(children: list[Token]) -> list[Token]:
    """The tokens without dropped HTML; text that only such HTML separated becomes one token."""
    out: list[Token] = []
    for token in children:
        if token.type == "html_inline" and not _BREAK.match(token.content):
            continue
        if token.type == "text" and out and out[-1].type == "text":
            out[-1] = Token("text", "", 0, content=out[-1].content + token.content)
        else:
            out.append(token)
    return out


def _inline(children: list[Token], new_line: str) -> str:
    out: list[str] = []
    open_spans: dict[str, list[_Span]] = {"strong": [], "em": [], "s": [], "link": []}
    for position, token in enumerate(children):
        before, following = _last_char(out), _first_char(children, position + 1)
        name, _, edge = token.type.rpartition("_")
        if edge == "open" and name in open_spans:
            open_spans[name].append(_Span(len(out), str(token.attrs.get("href", "")) if name == "link" else before))
            out.append(_EMPHASIS.get(name, "["))
        elif edge == "close" and name in open_spans:
            _close(out, name, open_spans[name], following)
        elif token.type == "text":
            out.append(escape(token.content, before, following))
        elif token.type == "code_inline":
            out.append(_code_inline(token.content.strip(), before, following))
        elif token.type in {"hardbreak", "html_inline"}:
            # Neither a link nor emphasis may continue on the next line of the source.
            out.append(" " if open_spans["link"] else _NEW_LINE if any(open_spans.values()) else new_line)
        else:
            out.append(_atom(token, in_link=bool(open_spans["link"])))
    return "".join(out)


def _atom(token: Token, *, in_link: bool) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "address":
            return escape(token.content) if in_link else _link("", "", token.content)
        case "image":
            plain = "".join(" " if part.type == "softbreak" else part.content for part in token.children or [])
            words = escape(plain, "[")
            return words if in_link else _link(words, plain, str(token.attrs.get("src", "")))
        case _:
            return escape(token.content)


def _code_inline(code: str, before: str, following: str) -> str:
    """Code within a line, separated from adjacent letters: next to those Jira would show the braces."""
    if not code:
        return ""
    left, right = (_ZERO_WIDTH if char.isalnum() else "" for char in (before, following))
    return f"{left}{{{{{escape(code, ' ', ' ')}}}}}{right}"


def _close(out: list[str], name: str, spans: list[_Span], following: str) -> None:
    """End a span: a link gets its address, emphasis its signs, in braces if it begins or ends within a word."""
    span = spans.pop()
    words = "".join(out[span.index + 1 :])
    del out[span.index :]
    if spans or not (words or name == "link"):
        out.append(words)
    elif name == "link":
        out.append(_link(words, words, span.note))
    else:
        sign = _EMPHASIS[name]
        sign = f"{{{sign}}}" if span.note.isalnum() or following.isalnum() else sign
        out.append(f"{sign}{words}{sign}")


def _link(words: str, plain: str, url: str) -> str:
    """A link if the address works from Jira; a path within the document's repository stays text."""
    if _LINKED.match(url):
        address = _UNSAFE_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}", url)
        return f"[{words}|{address}]" if words and plain not in {url, escape(url)} else f"[{address}]"
    return words + escape(f" ({url})") if url and words else words or escape(url)


def _address(state: StateInline, silent: bool) -> bool:
    """A parser rule: a bare address is one piece, even with signs of emphasis in it ('…/pkg/__init__.py')."""
    scheme = _SCHEME.search(state.src, max(0, state.pos - 6), state.pos)
    if scheme is None or state.src[state.pos] != ":" or state.linkLevel:
        return False
    match = _URL.match(state.src, scheme.start(), state.posMax)
    address = match[0].rstrip(".,;:!?*_~'") if match else ""
    if not _URL.fullmatch(address):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("address", "", 0).content = address
    state.pos = scheme.start() + len(address)
    return True


def _last_char(out: list[str]) -> str:
    return next((part[-1] for part in reversed(out) if part), "")


def _first_char(children: list[Token], position: int) -> str:
    """The character that follows; '.' for any markup."""
    if position >= len(children) or children[position].type in {"softbreak", "hardbreak"}:
        return ""
    token = children[position]
    return token.content[:1] if token.type == "text" and token.content else "."


_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_PARSER.inline.ruler.after("text", "address", _address)
