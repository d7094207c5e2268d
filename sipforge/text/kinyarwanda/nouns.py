"""The class of a Kinyarwanda noun that is counted, and the nouns of units and currencies. Pure.

Listed nouns first, by the classes in which grammars and corpora have them; then the prefix, for a word long
enough to have one. A noun of a singular class agrees with 1 only: `igice 5` is a label, not a count.
"""

from __future__ import annotations

from typing import Final

_LISTED: Final = {
    1: "umuntu umwana umukozi umugabo umugore umunyeshuri umushyitsi umukiriya",
    2: "abantu abana abakozi abagabo abagore abanyeshuri abashyitsi abakiriya",
    3: "umunota umunsi umwaka umuryango",
    4: "iminota iminsi imyaka imiryango mirongo",
    5: "ifaranga idolari iyero isegonda",
    6: "amafaranga amadolari amayero amasegonda amasaha amezi magana",
    7: "icyumweru ikiro igitabo ikintu igihumbi",
    8: "ibyumweru ibiro ibitabo ibintu ibihumbi ibice",
    9: "isaha",
    10: (
        "inshuro intebe indirimbo inzu inka ihene ifi imodoka miliyoni miliyari miriyoni miriyari toni "
        "litiro mililitiro metero kilometero santimetero milimetero desimetero hegitari dogere garama"
    ),
    11: "urugo",
    14: "uburyo",
    15: "ukwezi",
    16: "ahantu",
}
_SINGULAR: Final = frozenset((1, 3, 5, 7, 9, 12, 15))
_AUGMENTS: Final = "aeiou"
_CLASS: Final = {
    form: number
    for number, nouns in _LISTED.items()
    for noun in nouns.split()
    # After ku and mu a noun has no augment: mu masaha 24.
    for form in ((noun, noun[1:]) if noun[0] in _AUGMENTS else (noun,))
}
_PREFIXED = {
    **{1: "umu umw", 2: "aba", 4: "imi imy", 6: "ama", 7: "iki igi icy", 8: "ibi iby"},
    **{10: "in imp imb", 12: "aka aga", 13: "utu udu", 14: "ubu ubw"},
}
_PREFIXES: Final = {prefix: number for number, row in _PREFIXED.items() for prefix in row.split()}
_SHORTEST: Final = 5
_NO_NOUNS: Final = frozenset(("amaze", "abaye", "imyer", "imbere", "inyuma", "ibyo", "imbonankubone"))

FRANCS: Final = "amafaranga y'u Rwanda"
DOLLARS: Final = "amadolari"
EUROS: Final = "amayero"
CURRENCIES: Final = {
    **dict.fromkeys(("RWF", "RwF", "Rwf", "rwf", "RF"), FRANCS),
    **dict.fromkeys(("FRW", "FRw", "Frw", "frw", "FRS", "Frs", "frs"), FRANCS),
    **dict.fromkeys(("$", "US$", "USD"), DOLLARS),
    **dict.fromkeys(("\u20ac", "EUR"), EUROS),
}
"""Written currency → its noun, class 6."""
SCALE_OF: Final = {
    **dict.fromkeys(("miliyoni", "miliyari", "miriyoni", "miriyari"), "z'"),
    "ibihumbi": "by'",
}
"""Scale word → its connector before a vowel: miliyoni eshanu z'amafaranga."""

UNITS: Final = {
    "km": "kilometero",
    "km/h": "kilometero",
    "m": "metero",
    "dm": "desimetero",
    "cm": "santimetero",
    "mm": "milimetero",
    "kg": "ibiro",
    "g": "garama",
    "l": "litiro",
    "ml": "mililitiro",
    "ha": "hegitari",
    "t": "toni",
    "min": "iminota",
    "sec": "amasegonda",
    "km2": "kilometero kare",
    "m2": "metero kare",
    "km3": "kilometero kibe",
    "m3": "metero kibe",
    "°c": "dogere selisiyusi",
    "°": "dogere",
}
"""Written unit, lower case → its noun, which comes before the number."""
_ONE: Final = {"iminota": "umunota", "amasegonda": "isegonda", "ibiro": "ikiro"}


def counted_class(noun: str, number: int) -> int | None:
    """The class in which `number` agrees with `noun`, the word before it; None where nothing tells.

    `noun` may carry an elided word: n'abantu.
    """
    word = noun.rpartition("'")[2]
    plain = word.lower()
    found = _CLASS.get(plain)
    if (
        found is None
        and len(word) >= _SHORTEST
        and word == plain
        and word.isalpha()
        and plain not in _NO_NOUNS
    ):
        found = next((number for prefix, number in _PREFIXES.items() if plain.startswith(prefix)), None)
    if found in _SINGULAR and number != 1:
        return None
    return found


def unit(written: str, single: bool) -> tuple[str, int]:
    """Noun and class of a written unit, in the singular where there is one.

    Raises:
        KeyError: no such unit.
    """
    noun = UNITS[written.lower().replace(" ", "")]
    if single:
        noun = _ONE.get(noun, noun)
    return noun, _CLASS[noun.partition(" ")[0]]
