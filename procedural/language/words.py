"""English words: tokens of a text, singulars, and stems of adjectives in -ed."""

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
    """Split text into lower-case words and commas, without accents, possessives, hyphens and other punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss")
    plain = _POSSESSIVE.sub(lambda m: "s" if m[0][0] == "s" else "", plain)
    plain = re.sub(r"[-_/'’\"]", " ", plain)
    plain = re.sub(r"[^a-z0-9\s]", " , ", plain)
    return _TOKEN.findall(plain)


def singulars(word: str) -> list[str]:
    """Return the word, then the singulars of which it may be the plural, the likeliest first."""
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
    """Return the nouns that an adjective in -ed may come from: roofed → roof, winged → wing, striped → stripe."""
    if not word.endswith("ed") or len(word) < 5:
        return []
    forms = [word[:-2], word[:-1]]
    if word[-3] == word[-4]:
        forms.append(word[:-3])
    if word.endswith("ied"):
        forms.append(word[:-3] + "y")
    return forms
