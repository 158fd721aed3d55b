"""Cleans prompts: one function that every service and neuron uses, so that all of them agree on every prompt.

Imports only the standard library.
"""

from __future__ import annotations

import re
import unicodedata

PROMPT_MAX_CHARS = 1024

# All classes of characters are listed here because those of unicodedata differ between Python versions, and all nodes
# must agree on each prompt. Only NFC comes from unicodedata: Unicode guarantees that it does not change.

# Spaces, tabs, and line breaks of every kind: line feed to carriage return, NEL, line and paragraph separator.
_WHITE = r" \t-\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# Invisible characters often found in pasted text: soft hyphen, Arabic letter mark, zero-width space, direction marks,
# embeddings and overrides, word joiner, invisible operators, isolates, byte-order mark.
_INVISIBLE = r"\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"

# Zero-width non-joiner, zero-width joiner, Mongolian vowel separator.
_JOINERS = r"\u200c\u200d\u180e"

# Characters after which a joiner has a meaning: letters of Hebrew, Arabic and the other scripts of the Near East, of
# South and South-East Asia and of Mongolian; emoji and variation selectors. None of them composes under NFC
# with a character outside the class, so that cleaning a clean prompt changes nothing.
_JOINING = (
    r"\u0590-\u109f\u1700-\u1c7f\u1cd0-\u1cff\ua800-\uaaff\uabc0-\uabff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe00-\ufe0f"
    r"\ufe70-\ufefc\u2600-\u27bf"
    "\U00010800-\U00011fff\U0001e800-\U0001efff\U0001f000-\U0001faff"
)

# Controls, the remaining format characters, tags and non-characters. Surrogates cannot be encoded in UTF-8 and are
# not in the published pattern. Private-use characters are allowed: they hide nothing, and 137,468 of them would make
# the pattern slow.
_REFUSED = (
    r"\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"
    r"\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)

# The flags of England, Scotland and Wales: a black flag, the region in tag letters, and the tag that ends it.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"

_SKIPPED = _INVISIBLE + _JOINERS
_VISIBLE = f"(?:{_FLAG}|[^{_WHITE}{_SKIPPED}{_REFUSED}])"

PROMPT_PATTERN = (
    f"^[{_WHITE}{_SKIPPED}]*(?={_VISIBLE})"
    f"(?:{_VISIBLE}[{_SKIPPED}]*|[{_WHITE}][{_WHITE}{_SKIPPED}]*(?={_VISIBLE})){{0,{PROMPT_MAX_CHARS - 1}}}"
    f"{_VISIBLE}[{_WHITE}{_SKIPPED}]*$"
)
"""What `clean_prompt` accepts, for OpenAPI. It includes the length, which counts after cleaning: minLength and
maxLength cannot express that. Joiners that are kept and characters that NFC composes are counted inexactly."""

_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_JOINER = re.compile(f"[{_JOINERS}]")
_JOINER_RUN = re.compile(f"([{_JOINERS}])[{_JOINERS}]+")
_JOINING_CHAR = re.compile(f"[{_JOINING}]")
_WHITE_RUN = re.compile(f"[{_WHITE}]+")
_WHOLE_FLAG = re.compile(_FLAG)
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_REFUSED_CHAR = re.compile(rf"[{_REFUSED}\ud800-\udfff]")

_LONGEST_BEFORE_NFC = 8 * PROMPT_MAX_CHARS
"""NFC composes at most four characters into one, and a joiner may be dropped after each of them."""


class PromptError(ValueError):
    """The prompt cannot be used. `code` is `empty`, `too_long` or `not_printable`; the text does not quote it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def clean_prompt(text: str) -> str:
    """Return the prompt in the form that the whole network uses; cleaning it again changes nothing.

    Invisible characters are dropped, and joiners unless they belong to the spelling or to an emoji. Each run of white
    space becomes one space; the ends are trimmed; the result is in NFC. Raises PromptError if it is then empty or
    longer than 1,024 characters, or contains a control character, a lone surrogate or another one that is not text.
    """
    if len(text) <= PROMPT_MAX_CHARS and _PLAIN.fullmatch(text):  # most prompts: nothing to change
        return text
    prompt = _JOINER_RUN.sub(r"\1", _INVISIBLE_RUN.sub("", text))
    prompt = _WHITE_RUN.sub(" ", prompt).strip(" ")
    if len(prompt) > _LONGEST_BEFORE_NFC:  # NFC takes quadratic time on runs of combining characters
        raise _too_long(len(prompt))
    prompt = unicodedata.normalize("NFC", prompt)
    if _JOINER.search(prompt):
        prompt = _WHITE_RUN.sub(" ", unicodedata.normalize("NFC", _drop_idle_joiners(prompt))).strip(" ")
    if not prompt:
        raise PromptError("empty", "the prompt is empty")
    if len(prompt) > PROMPT_MAX_CHARS:
        raise _too_long(len(prompt))
    if bad := _REFUSED_CHAR.search(_WHOLE_FLAG.sub("", prompt)):
        raise PromptError(
            "not_printable", f"the prompt contains a character that cannot be printed, U+{ord(bad.group()):04X}"
        )
    return prompt


def _drop_idle_joiners(text: str) -> str:
    """Drop each joiner that does not follow a joining letter, its marks included, or an emoji."""
    kept = []
    letter = ""  # the last character that is not a combining mark
    for char in text:
        if not _JOINER.match(char):
            kept.append(char)
            letter = letter if unicodedata.combining(char) else char
        elif _JOINING_CHAR.match(letter):
            kept.append(char)
            letter = char
    return "".join(kept)


def _too_long(length: int) -> PromptError:
    return PromptError("too_long", f"the prompt has {length} characters; {PROMPT_MAX_CHARS} are allowed")
