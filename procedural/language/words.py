"""Words out of text: tokens, singulars, stems. Knows English endings, nothing of objects."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"[a-z0-9]+|,")
_POSSESSIVE = re.compile(r"(?<=[a-z])(['’]s|s['’])(?![a-z])")

_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "person",
    "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse",
    "geese": "goose",
    "oxen": "ox",
    "dice": "die",
    "cacti": "cactus",
    "fungi": "fungus",
    "octopi": "octopus",
    "knives": "knife",
    "wives": "wife",
    "lives": "life",
}


def tokens(text: str) -> list[str]:
    """Lower-case words and commas; accents, possessive endings and hyphens go, other punctuation counts as a comma."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss")
    plain = _POSSESSIVE.sub(lambda m: "s" if m[0][0] == "s" else "", plain)
    plain = re.sub(r"[-_/'’\"]", " ", plain)
    plain = re.sub(r"[^a-z0-9\s]", " , ", plain)
    return _TOKEN.findall(plain)


def singulars(word: str) -> list[str]:
    """The word, then what it may be the regular plural of, likeliest first."""
    forms = [word]
    if word in _IRREGULAR:
        forms.append(_IRREGULAR[word])
    if word.endswith("men") and len(word) > 4:
        forms.append(word[:-2] + "an")
    if word.endswith("ies") and len(word) > 4:
        forms.append(word[:-3] + "y")
    if word.endswith("ves") and len(word) > 4:
        forms += [word[:-3] + "f", word[:-3] + "fe"]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        forms.append(word[:-1])
    if word.endswith("es") and len(word) > 4:
        forms.append(word[:-2])
    return list(dict.fromkeys(forms))


def stems(word: str) -> list[str]:
    """What an adjective in -ed may be made of: roofed → roof, winged → wing, striped → stripe."""
    if not word.endswith("ed") or len(word) < 5:
        return []
    forms = [word[:-2], word[:-1]]
    if word[-3] == word[-4]:
        forms.append(word[:-3])
    if word.endswith("ied"):
        forms.append(word[:-3] + "y")
    return forms
