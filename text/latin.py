"""Rough Latin letters for a word in an Indian script, the common ground on which spellings are folded.

The Indic blocks of Unicode are parallel: a letter stands at the same offset in each (The Unicode Standard,
chapter 12), so one table, Devanagari's, serves nine scripts. Urdu writes no short vowels, so what it gives is
a best effort: a word meets its Hindi twin only if that needs none but "a".
"""

import unicodedata

_BLOCK_SIZE = 0x80
_DEVANAGARI = 0x0900
_LAST_BLOCK_END = 0x0D80
_FINAL_VOWEL_IS_SILENT = {0x0900, 0x0980, 0x0A00, 0x0A80}
"""Devanagari, Bengali, Gurmukhi, Gujarati; Odia and the Dravidian languages speak a final inherent vowel."""

_VIRAMA = 0x4D
_NASALS = {0x00, 0x01, 0x02}
_ADDAK = 0x71
_SEMIVOWELS = "yrvw"

_CONSONANTS = dict(
    zip(
        range(0x15, 0x3A),
        [
            "k",
            "kh",
            "g",
            "gh",
            "n",
            "ch",
            "ch",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "r",
            "l",
            "l",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
        ],
        strict=True,
    )
) | dict(zip(range(0x58, 0x60), ["k", "kh", "g", "j", "d", "dh", "ph", "y"], strict=True))
_VOWELS = dict(
    zip(
        range(0x04, 0x15),
        ["a", "a", "a", "i", "i", "u", "u", "ri", "li", "e", "e", "e", "ai", "o", "o", "o", "au"],
        strict=True,
    ),
) | {0x60: "ri", 0x61: "li", 0x72: "e"}
_SIGNS = dict(
    zip(
        range(0x3E, 0x4D), ["a", "i", "i", "u", "u", "ri", "ri", "e", "e", "e", "ai", "o", "o", "o", "au"], strict=True
    ),
) | {0x3A: "e", 0x3B: "o", 0x55: "", 0x56: "ai", 0x57: "", 0x62: "li", 0x63: "li"}

_STRAY_LETTERS = {
    "ৎ": "त्", "ৰ": "र", "ৱ": "व", "ੰ": "ं", "ੲ": "इ", "ੳ": "उ", "ૹ": "ज", "ୱ": "व",
    "ൺ": "ण्", "ൻ": "न्", "ർ": "र्", "ൽ": "ल्", "ൾ": "ळ्", "ൿ": "क्",
}  # fmt: skip
"""Letters that stand outside the parallel order, as the Devanagari that they amount to."""

_URDU = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "a", "ٱ": "a", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j",
    "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ڈ": "d", "ذ": "j", "ر": "r", "ڑ": "d", "ز": "j", "ژ": "j",
    "س": "s", "ش": "sh", "ص": "s", "ض": "j", "ط": "t", "ظ": "j", "ع": "a", "غ": "g", "ف": "ph", "ق": "k",
    "ک": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "ھ": "h", "ہ": "h", "ه": "h",
    "ۂ": "h", "ة": "t", "ے": "e", "ۓ": "e", "ئ": "", "ؤ": "o", "ء": "",
    "\u064e": "a", "\u064f": "u", "\u0650": "i", "\u0670": "a",
}  # fmt: skip
_URDU_YE = "یيى"
_URDU_WAW = "و"


def to_latin(word: str) -> str:
    """Give a lower-case word in ASCII letters and digits where its script is known; other letters stay.

    Latin letters lose their diacritics, decimal digits of any script become ASCII, marks without a base and
    whatever is no letter or digit vanish.
    """
    if word.isascii():
        return word
    spelt = _spell_urdu(_spell_indic(word))
    return spelt if spelt.isascii() else _plain(spelt)


def _spell_indic(word: str) -> str:
    """Spell out each run of letters of an Indic block; the inherent vowel is "a", silent at a word's end."""
    for stray, usual in _STRAY_LETTERS.items():
        word = word.replace(stray, usual)
    word = word.replace("ज्ञ", "ग्य")
    out: list[str] = []
    bare = False  # the last letter is a consonant whose inherent vowel may still be silenced
    conjunct = False  # that consonant follows a virama
    block = _DEVANAGARI
    for letter in word:
        point = ord(letter)
        if not _DEVANAGARI <= point < _LAST_BLOCK_END or letter.isdecimal():
            if bare:
                out.append("a")
            out.append(letter)
            bare = conjunct = False
            continue
        offset = point % _BLOCK_SIZE
        block = point - offset
        if offset in _CONSONANTS:
            if bare:
                out.append("a")
                conjunct = False
            else:
                conjunct = conjunct and bool(out)
            out.append(_CONSONANTS[offset])
            bare = True
        elif offset == _VIRAMA:
            conjunct, bare = bare, False
        elif offset in _SIGNS:
            out.append(_SIGNS[offset])
            bare = conjunct = False
        elif offset in _VOWELS:
            if bare:
                out.append("a")
            vowel = _VOWELS[offset]
            # नई is nayi: kept apart from the diphthong of है, which romanised text also writes "ai".
            out.append("yi" if vowel == "i" and out and out[-1] == "a" else vowel)
            bare = conjunct = False
        elif offset in _NASALS or offset == _ADDAK:
            if bare:
                out.append("a")
            out.append("n" if offset in _NASALS else "")
            bare = conjunct = False
    if bare and (len(out) == 1 or block not in _FINAL_VOWEL_IS_SILENT or (conjunct and out[-1] in _SEMIVOWELS)):
        out.append("a")
    return "".join(out)


def _spell_urdu(word: str) -> str:
    """Spell out Perso-Arabic letters; ye and waw are vowels between consonants, consonants before a vowel."""
    if not any("\u0600" <= letter <= "\u06ff" for letter in word):
        return word
    out: list[str] = []
    last = len(word) - 1
    for place, letter in enumerate(word):
        following = word[place + 1] if place < last else ""
        if letter in _URDU_YE:
            out.append("y" if place == 0 or (following and following in "اآں") else "i")
        elif letter == _URDU_WAW:
            out.append("v" if place == 0 or (following and following in "اآیے") else "o")
        elif letter in "ہه" and place == last and place > 1:
            out.append("a")
        else:
            out.append(_URDU.get(letter, letter))
    return "".join(out)


def _plain(word: str) -> str:
    """Drop diacritics and everything that is neither a letter nor a digit; compatibility forms are resolved."""
    letters = (
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in unicodedata.normalize("NFKD", word).casefold()
        if letter.isalnum()
    )
    return unicodedata.normalize("NFC", "".join(letters))
