"""Markdown to Jira's wiki markup: its looks, and that text from documents never becomes markup."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.trackers.jira.wiki_markup import escape, to_wiki

ZERO = "\u200b"

# How a mention begins (Jira looks for one in the whole text, code or not), and where a link may stand.
MENTION = re.compile(r"\[[~@]")
LINK = re.compile(r"\[(?:(?:\\.|[^\[\]\\|\n])+\|)?(?:https?://|mailto:)[^\s|\[\]{}]+\]", re.IGNORECASE)
SIGNS = re.compile(r"\{[*_-]\}")
CODE_BLOCK = re.compile(r"\{code(?::[a-z#+]+)?\}\n.*?\n\{code\}", re.DOTALL)
CODE_INLINE = re.compile(r"\{\{(?:\\.|[^\\{}])*\}\}")
UNESCAPED = re.compile(r"(?<!\\)[{}\[\]|]")


def check(cases: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("markdown", "wiki"), cases, ids=[repr(markdown) for markdown, _ in cases])


# --- blocks -----------------------------------------------------------------------------------------------------


@check(
    [
        ("# Outage *today*", "h1. Outage _today_"),
        ("###### six", "h6. six"),
        ("Title\n---\ntext", "h2. Title\n\ntext"),
        ("# h2. x", f"h1. {ZERO}h2. x"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("wrapped\nline", "wrapped line"),
        ("a\n\n***\n\nb", "a\n\n----\n\nb"),
    ]
)
def test_headings_paragraphs_and_rules(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("- a\n- b", "* a\n* b"),
        ("3. a\n4. b", "# a\n# b"),
        ("- a\n  - b\n    1. c\n  - d\n- e", "* a\n** b\n**# c\n** d\n* e"),
        ("1. a\n   - b\n2. c", "# a\n#* b\n# c"),
        ("- a\n\n  more\n- b", "* a \\\\ more\n* b"),
        ("- a  \n  b", "* a \\\\ b"),
        ("- a\n\n  ```py\n  x\n  ```\n- b", "* a\n{code:python}\nx\n{code}\n* b"),
        ("- a\n\ntext\n\n- b", "* a\n\ntext\n\n* b"),
        ("- \\# b", f"* {ZERO}# b"),
        ("- [ ] a\n- [x] **b**\n- [X] c", "* ☐ a\n* ☑ *b*\n* ☑ c"),
        ("- [x](http://acme.test)", "* [x|http://acme.test]"),
        ("[x] a", "\\[x\\] a"),
    ]
)
def test_lists_and_checkboxes(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("```py\nx = 1\n```", "{code:python}\nx = 1\n{code}"),
        ("```brainfuck\n+\n```", "{code}\n+\n{code}"),
        ("```java|title={panel}\nx\n```", "{code}\nx\n{code}"),
        ("    indented", "{code}\nindented\n{code}"),
        ("```\n*a* \\ | [b] {c}\n```", "{code}\n*a* \\ | [b] {c}\n{code}"),
        ("```\n{code}\n{CODE:x}\n```", f"{{code}}\n{{{ZERO}code}}\n{{{ZERO}CODE:x}}\n{{code}}"),
        ("> ```\n> {quote}\n> ```", f"{{quote}}\n{{code}}\n{{{ZERO}quote}}\n{{code}}\n{{quote}}"),
    ]
)
def test_code_blocks_keep_their_text_and_cannot_be_ended_by_it(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("|a|b|\n|-|-|\n|1|2|\n|||", "||a||b||\n|1|2|\n| | |"),
        ("|a|\n|-|\n|x\\|y `p\\|q`|", "||a||\n|x\\|y {{p\\|q}}|"),
        ("|a|\n|-|\n|[x](http://acme.test) **b**|", "||a||\n|[x|http://acme.test] *b*|"),
        ("|a|\n|-|\n|x<br>y|", "||a||\n|x \\\\ y|"),
        ("|a|\n|-|\n|x&#10;y|", "||a||\n|x y|"),
        ("|a|\n|-|\n|1|\n\nafter", "||a||\n|1|\n\nafter"),
        ("> a\n>\n> b", "{quote}\na\n\nb\n{quote}"),
        ("> a\n> > b\n\nafter", "{quote}\na\n\nb\n{quote}\n\nafter"),
        ("> - a\n> - b", "{quote}\n* a\n* b\n{quote}"),
    ]
)
def test_tables_and_quotes(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


# --- inside a block ---------------------------------------------------------------------------------------------


@check(
    [
        ("**b** *i* ~~s~~ ***both***", "*b* _i_ -s- _*both*_"),
        ("a**b**c d*e*", "a{*}b{*}c d{_}e{_}"),
        ("**a *b* c**", "*a _b_ c*"),
        ("**a **b** c**", "*a b c*"),
        ("**a \\* b_c**", "*a \\* b_c*"),
        ("**a  \nb**", "*a \\\\ b*"),
        ("snake_case 2*3", "snake_case 2*3"),
    ]
)
def test_emphasis_stays_within_a_line_and_its_signs_are_in_braces_within_words(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("[t](http://acme.test/a)", "[t|http://acme.test/a]"),
        ("[a|b\\]c}](http://acme.test)", "[a\\|b\\]c\\}|http://acme.test]"),
        ("[t](http://acme.test/a|b]c}d{e)", "[t|http://acme.test/a%7Cb%5Dc%7Dd%7Be]"),
        ("[t](<http://acme.test/a b>)", "[t|http://acme.test/a%20b]"),
        ('[t](http://acme.test "ti|t]le")', "[t|http://acme.test]"),
        ("[**b** `c`](http://acme.test)", "[*b* {{c}}|http://acme.test]"),
        ("[a  \nb](http://acme.test)", "[a b|http://acme.test]"),
        ("[](http://acme.test)", "[http://acme.test]"),
        ("[http://acme.test](http://acme.test)", "[http://acme.test]"),
        ("[<http://acme.test/a>](http://acme.test)", "[http://acme.test/a|http://acme.test]"),
        ("[see http://acme.test](http://acme.test/x)", "[see http://acme.test|http://acme.test/x]"),
        ("[mail](mailto:alice@acme.test)", "[mail|mailto:alice@acme.test]"),
        ("[how](docs/how.md#x)", "how (docs/how.md#x)"),
        ("[a](x)", "a \\(x)"),
        ("[a](~alice)", "a (\\~alice)"),
        ("[a](javascript:alert(1))", "\\[a\\](javascript:alert(1))"),
    ]
)
def test_links(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("<http://acme.test/a>", "[http://acme.test/a]"),
        ("<alice@acme.test>", "[alice@acme.test|mailto:alice@acme.test]"),
        ("see http://acme.test/a?b=1&c=2.", "see [http://acme.test/a?b=1&c=2]."),
        ("(HTTPS://acme.test/a_(b))!", "([HTTPS://acme.test/a_(b)])!"),
        ("http://acme.test/pkg/__init__.py x", "[http://acme.test/pkg/__init__.py] x"),
        ("**http://acme.test/a** b", "*[http://acme.test/a]* b"),
        ("http://acme.test/[~alice]", "[http://acme.test/]\\[\\~alice\\]"),
        ("http://acme.test/{x}", "[http://acme.test/]\\{x\\}"),
        ("http:// xhttp://y", "http:// xhttp://y"),
    ]
)
def test_bare_addresses(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("![alt](http://acme.test/x.png)", "[alt|http://acme.test/x.png]"),
        ("![a *b* `c`](http://acme.test/x.png)", "[a b c|http://acme.test/x.png]"),
        ("![](http://acme.test/x.png)", "[http://acme.test/x.png]"),
        ("![graph](img/x.png)", "graph (img/x.png)"),
        ("[![a](http://acme.test/i.png)](http://acme.test)", "[a|http://acme.test]"),
    ]
)
def test_images_become_links_so_that_nothing_is_loaded_on_reading(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("`a b`", "{{a b}}"),
        ("`{x}` `a}}b{{c`", "{{\\{x\\}}} {{a\\}\\}b\\{\\{c}}"),
        ("`*a* -b [~c] d|e`", "{{\\*a\\* \\-b \\[\\~c\\] d\\|e}}"),
        ("`a\\b` `a\\`", "{{a\\b}} {{a&#92;}}"),
        ("`&lt;`", "{{&amp;lt;}}"),
        ("the `foo`s, un`x`ed", f"the {{{{foo}}}}{ZERO}s, un{ZERO}{{{{x}}}}{ZERO}ed"),
    ]
)
def test_inline_code(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check([("a  \nb", "a\nb"), ("a\\\nb", "a\nb"), ("a<br/>b", "a\nb"), ("a  \n\\- b", f"a\n{ZERO}- b")])
def test_hard_breaks(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@check(
    [
        ("<b>x</b> <!-- c -->y", "x y"),
        ("<div>\n{x} <i>R&amp;D</i> &#91;~alice]\n</div>", "\\{x\\} R&D \\[\\~alice\\]"),
        ("a\n\n<!-- hidden\n\n{x} -->\n\nb", "a\n\nb"),
        ("<details><summary>More</summary>\n\ntext\n\n</details>", "More\n\ntext"),
        ("(<i></i>x) &amp;<i></i>lt;", "\\(x) &amp;lt;"),
        ("&amp; &lt;b&gt; &copy; &amp;lt;", "& <b> © &amp;lt;"),
    ]
)
def test_of_html_only_the_words_are_kept(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


# --- text that is no markup -------------------------------------------------------------------------------------


@check(
    [
        ("{code}", "\\{code\\}"),
        ("\\{panel:title=x}", "\\{panel:title=x\\}"),
        ("&#123;color:red&#125;", "\\{color:red\\}"),
        ("\\\\{code}", "&#92;\\{code\\}"),
        ("!image.png!", "\\!image.png!"),
        ("!http://acme.test/x.png!", "\\![http://acme.test/x.png]!"),
        ("h1. x", f"{ZERO}h1. x"),
        ("a  \nbq. x", f"a\n{ZERO}bq. x"),
        ("a&#13;h1. x", "a h1. x"),
        ("a\x85h1. x", "a h1. x"),
        ("\\----", "\\-\\-\\--"),
        ("|| a || b ||", "\\|\\| a \\|\\| b \\|\\|"),
        ("+a+ ^b^ ??c?? -d-", "\\+a\\+ \\^b\\^ \\?\\?c\\?\\? \\-d-"),
        ("(/) (x) (!) (*r) (on)", "\\(/) \\(x) \\(\\!) \\(\\*r) \\(on)"),
        (":) ;) :( :-) :D :P", f":\\) ;\\) :\\( :\\-) :{ZERO}D :{ZERO}P"),
        ("(C:\\\\)", "(C:&#92;\\)"),
        ("C:\\dir\\\\\\new \\\\\\\\x", "C:\\dir&#92;\\new &#92;\\x"),
    ]
)
def test_text_that_looks_like_markup_stays_text(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


@pytest.mark.parametrize(
    "markdown",
    [
        "@alice [~alice] [@alice]",
        "\\[~alice\\] &#91;~alice&#93; [~accountid:5b10ac8d]",
        "`[~alice]` `[@alice]`",
        "```\n[~alice] [@alice] [~accountid:5b10ac8d]\n```",
        "    [~alice]",
        "[@alice](http://acme.test) [~alice](http://acme.test) [[~alice]](http://acme.test)",
        "![@alice](http://acme.test/x.png)",
        "[<b></b>~alice] [<b></b>@alice]",
        "[a](~alice) [a][~alice]\n\n[~alice]: ~alice",
        "# [~alice]\n\n> [~alice]\n\n|[~alice]|\n|-|\n|[~alice]|",
        "<div>[~alice] &#91;~alice]</div>",
    ],
)
def test_a_document_notifies_nobody(markdown: str) -> None:
    wiki = to_wiki(markdown)
    assert "alice" in wiki
    assert not MENTION.search(wiki)


PIECES = st.sampled_from(
    ["{", "}", "{code}", "{{", "[", "]", "[~", "[@", "alice]", "|", "!", "!x!", "*", "**", "_", "~~", "-", "\\",
     "&#123;", "&", "http://acme.test/", "](", "](http://acme.test)", "<b>", "<!--", "-->", "<http://a.b>", "(x)", ":D",
     "h1. ", "a", " ", "é"]
)  # fmt: skip
BLOCKS = st.sampled_from(
    ["\n", "\n\n", "`", "```\n", "> ", "- ", "1. ", "|-|\n", "    ", "# ", "<div>", "\t", "\r", "\u2028"]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_a_plain_paragraph_yields_no_macro_mention_or_broken_link(text: str) -> None:
    wiki = to_wiki("a " + re.sub(r"[`\r\n\u2028\u2029]", " ", text))
    assert not MENTION.search(wiki)
    assert not UNESCAPED.search(LINK.sub("", SIGNS.sub("", wiki)))


@given(st.lists(PIECES | BLOCKS | st.text(max_size=4), max_size=40).map("".join))
def test_no_document_yields_a_mention_or_ends_its_own_code(text: str) -> None:
    wiki = to_wiki(text)
    assert not MENTION.search(wiki)
    outside = CODE_BLOCK.sub("", wiki)
    assert outside.count("{quote}") % 2 == 0
    outside = SIGNS.sub("", CODE_INLINE.sub("", outside.replace("{quote}", "")))
    assert not re.search(r"(?<!\\)[{}]", outside)


@given(
    st.text(st.characters(exclude_characters=f"{ZERO}\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))
    | st.lists(PIECES).map("".join)
)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    escaped = escape(text)
    assert not UNESCAPED.search(escaped)
    signs = re.compile(r"&#92;|&amp;|\\(?P<sign>[^\w\s]|_)")
    assert signs.sub(lambda match: match["sign"] or unescape(match[0]), escaped.replace(ZERO, "")) == text


@pytest.mark.parametrize("piece", ["[", "**a", "http://(", "<!--", "&", "[~", "`", "> ", "- ", "{code", "!["])
def test_long_texts_are_converted_in_reasonable_time(piece: str) -> None:
    start = time.perf_counter()
    to_wiki(piece * (30_000 // len(piece)))
    assert time.perf_counter() - start < 5
