"""Words for units, as people write them: UN/CEFACT codes of Recommendation 20, for packages of Recommendation 21."""

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "C62": "个 件 只 支 枚 pc pcs piece pieces ea each",
    "BO": "瓶 bottle bottles btl",
    "BX": "盒 box boxes",
    "CT": "箱 carton cartons ctn case cases",
    "PK": "包 pack packs",
    "BG": "袋 bag bags",
    "DR": "桶 drum drums",
    "VI": "小瓶 西林瓶 vial vials",
    "AM": "安瓿 ampoule ampoules",
    "SET": "套 set sets",
    "TNE": "吨 t ton tonne tonnes",
    "KGM": "公斤 千克 kg kgs kilogram kilograms",
    "GRM": "克 g gram grams",
    "MGM": "毫克 mg",
    "MC": "微克 μg ug mcg",
    "LTR": "升 公升 l liter liters litre litres",
    "MLT": "毫升 ml",
    "4G": "微升 μl ul",
    "MTQ": "立方米 m3",
    "MTR": "米 m",
    "CMT": "厘米 cm",
}

CODES: Final[Mapping[str, str]] = {word: code for code, words in _WORDS.items() for word in words.split()}
"""Word, in lower case and half width -> code. `kg` is a kilogram here: the code KG would be a keg."""

FIRST_WORDS: Final = tuple(words.split()[0] for words in _WORDS.values())
"""The Chinese word for each unit, as a list offers it."""

ENGLISH_WORDS: Final = tuple(next(word for word in words.split() if word.isascii()) for words in _WORDS.values())
"""The English one."""


def code_of(word: str) -> str | None:
    """The code of a word, or of a code that has a word; None for anything else. `word` is in half width."""
    lowered = word.casefold()
    if lowered in CODES:
        return CODES[lowered]
    return word.upper() if word.upper() in _WORDS else None
