"""English text made ready to be spoken: numbers, times, money and telephone numbers as words. Pure."""

from __future__ import annotations

import re
from typing import Final

from sipforge.text.plain import fold, split_sentences

_UNITS: Final = re.split(
    " ",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
)
_TENS: Final = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES: Final = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_LARGEST: Final = 999_999_999_999
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_ABBREVIATIONS: Final = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "no", "e.g", "i.e", "etc", "a.m", "p.m"}
)
_TITLES: Final = {"Mr": "Mister", "Mrs": "Missis", "Dr": "Doctor", "Prof": "Professor"}

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+"
_EMAIL: Final = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_TIME: Final = re.compile(
    r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\s*([ap])\.?m\b\.?|\b([01]?\d|2[0-3]):([0-5]\d)\b", re.I
)
_HOUR: Final = re.compile(r"\b(1[0-2]|[1-9])\s*([ap])\.?m\b\.?", re.I)
_PHONE: Final = re.compile(r"(?<![\w.,])\+?\d[\d -]{5,}\d(?![\w]|[.,]\d)")
_MONEY: Final = re.compile(rf"\b(?:RWF|Frw)\s*({_NUMBER})\b|\b({_NUMBER})\s*(?:RWF|Frw)\b", re.I)
_DOLLARS: Final = re.compile(rf"\$\s?({_NUMBER})\b")
_PERCENT: Final = re.compile(r"(\d)\s*%")
_ORDINAL: Final = re.compile(r"\b(\d{1,4})(?:st|nd|rd|th)\b")
_DECIMAL: Final = re.compile(rf"\b({_NUMBER})\.(\d+)\b")
_CARDINAL: Final = re.compile(rf"\b(?:{_NUMBER})\b")
_LEFT: Final = re.compile(r"\d+")
_TITLE: Final = re.compile(r"\b(Mrs|Mr|Dr|Prof)\.?(?=\s[A-Z])")


def cardinal(number: int) -> str:
    """`number` in words, British style: 123 is "one hundred and twenty-three".

    Raises:
        ValueError: negative or above 999,999,999,999.
    """
    if not 0 <= number <= _LARGEST:
        raise ValueError(f"{number} is outside 0 to {_LARGEST}")
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = number % 100
        return f"{_UNITS[number // 100]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    scale, name = next(pair for pair in _SCALES if number >= pair[0])
    rest = number % scale
    joint = " and " if 0 < rest < 100 else " "
    return f"{cardinal(number // scale)} {name}" + (joint + cardinal(rest) if rest else "")


def ordinal(number: int) -> str:
    """`number` as a rank: 21 is "twenty-first"."""
    head, mark, last = (
        re.split(r"([ -])(?=[^ -]+$)", cardinal(number))
        if number > 20 and number % 10
        else (
            "",
            "",
            cardinal(number),
        )
    )
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return head + mark + last


def clock(hour: int, minute: int) -> str:
    """A time of a 24-hour clock as it is said: 17:30 is "five thirty in the afternoon"."""
    if minute == 0 and hour in {0, 12}:
        return "midday" if hour else "midnight"
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    said = cardinal(hour % 12 or 12)
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    return f"{said} {part}"


def digits(text: str) -> str:
    """A telephone number digit by digit, with a short pause between groups (as written, or 4-3-3)."""
    groups = re.split(r"[ -]+", text.strip().lstrip("+"))
    if len(groups) == 1:
        only = groups[0]
        groups = [only[:-6], only[-6:-3], only[-3:]]
    spoken = ", ".join(" ".join(_UNITS[int(digit)] for digit in group) for group in groups if group)
    return f"plus {spoken}" if text.strip().startswith("+") else spoken


def normalise(text: str) -> str:
    """`text` with everything that is not a word made one."""
    text = _TITLE.sub(lambda found: _TITLES[found[1]], fold(text))
    text = _EMAIL.sub(
        lambda found: f"{found[1].replace('.', ' dot ')} at {found[2].replace('.', ' dot ')}", text
    )
    text = _TIME.sub(_say_time, text)
    text = _HOUR.sub(lambda found: clock(_hour_24(found[1], found[2]), 0), text)
    text = _MONEY.sub(lambda found: _amount(found[1] or found[2], "franc"), text)
    text = _DOLLARS.sub(lambda found: _amount(found[1], "dollar"), text)
    text = _PHONE.sub(_say_phone, text)
    text = _PERCENT.sub(r"\1 percent", text)
    text = _ORDINAL.sub(lambda found: ordinal(int(found[1])), text)
    text = _DECIMAL.sub(lambda found: f"{_say_number(found[1])} point {_spell(found[2])}", text)
    text = _CARDINAL.sub(lambda found: _say_number(found[0]), text)
    # What is glued to letters, as in A4.
    text = _LEFT.sub(lambda found: f" {_say_number(found[0])} ", text)
    return fold(text.replace("&", " and "))


def sentences(text: str) -> list[str]:
    """`text` in pieces that can be spoken one after the other."""
    return split_sentences(text, _ABBREVIATIONS)


def _hour_24(hour: str, half: str) -> int:
    return int(hour) % 12 + (12 if half.lower() == "p" else 0)


def _say_time(found: re.Match[str]) -> str:
    if found[3]:
        return clock(_hour_24(found[1], found[3]), int(found[2]))
    return clock(int(found[4]), int(found[5]))


def _say_phone(found: re.Match[str]) -> str:
    text = found[0]
    count = sum(letter.isdigit() for letter in text)
    # Seven digits and more are a telephone number if they begin like one or are written in groups.
    if count >= 7 and (text[0] in "0+" or " " in text or "-" in text):
        return digits(text)
    return text


def _value(text: str) -> int:
    return int(text.replace(",", ""))


def _spell(text: str) -> str:
    return " ".join(_UNITS[int(digit)] for digit in text)


def _say_number(text: str) -> str:
    value = _value(text)
    return _spell(text) if value > _LARGEST or (len(text) > 1 and text[0] == "0") else cardinal(value)


def _amount(text: str, unit: str) -> str:
    return f"{_say_number(text)} {unit}{'' if _value(text) == 1 else 's'}"
