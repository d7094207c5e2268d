"""Who may ring what outside, for extensions.conf: small contexts that the subroutine `outside-call` asks.

Each is a question with the answer as what it returns: `outside-number` (a number as the world writes it,
without its plus), `outside-kind`, `outside-class` (of a user), `outside-allowed-CLASS` (whether there is such
an extension), `outside-lines` (the trunks, in order). Of several patterns that fit, Asterisk takes the one
whose first digits are named.
"""

from __future__ import annotations

from collections.abc import Iterator

from sipforge.core.office.asterisk.dialplan import context, extension
from sipforge.core.office.asterisk.users import ordered
from sipforge.core.office.office import Office
from sipforge.core.office.outside_numbers import OF_NO_COUNTRY, Kind, Outside
from sipforge.core.office.trunks import NumberFormat, Trunk


def outside(office: Office) -> str:
    """All of them; nothing where nobody rings outside."""
    rules = office.plan.outside
    if rules is None:
        return ""
    names = rules.trunks or tuple(trunk.name for trunk in office.plan.trunks)
    trunks = [trunk for name in names for trunk in office.plan.trunks if trunk.name == name]
    classes = (
        line
        for user in ordered(office)
        for line in extension(user.extension, f"Return({user.outside or rules.default_class})")
    )
    return "".join(
        (
            context("outside", _doors(rules)),
            context("outside-number", _numbers(rules)),
            context("outside-kind", _kinds(rules)),
            context("outside-class", classes),
            *(context(f"outside-allowed-{name}", _allowed(rules, name)) for name in rules.classes),
            context("outside-limits", _limits(rules)),
            context("outside-lines", _lines(trunks)),
            *(context(f"outside-format-{trunk.name}", _format(rules, trunk)) for trunk in trunks),
            context("assistants-outside", _listed(rules)),
        )
    )


def _prefixes(rules: Outside) -> dict[str, str]:
    """What is dialled in front → what stands for it in front of a whole number."""
    found = {"+": "", rules.international_prefix: ""}
    if rules.national_prefix:
        found.setdefault(rules.national_prefix, rules.country)
    return found


def _doors(rules: Outside) -> Iterator[str]:
    for number in rules.emergency:
        yield from extension(number, "Set(NUMBER=${EXTEN})", "Gosub(outside-emergency,s,1)")
    for prefix in _prefixes(rules):
        yield from extension(f"_{prefix}X.", "Set(NUMBER=${EXTEN})", "Gosub(outside-call,s,1)")


def _numbers(rules: Outside) -> Iterator[str]:
    for prefix, whole in _prefixes(rules).items():
        yield from extension(f"_{prefix}X.", f"Return({whole}${{EXTEN:{len(prefix)}}})")


def _kinds(rules: Outside) -> Iterator[str]:
    yield from extension("_X.", f"Return({Kind.INTERNATIONAL.value})")
    yield from extension(f"_{rules.country}.", f"Return({Kind.NATIONAL.value})")
    for beginning in dict.fromkeys((*rules.premium, *OF_NO_COUNTRY)):
        yield from extension(f"_{beginning[1:]}!", f"Return({Kind.PREMIUM.value})")


def _allowed(rules: Outside, name: str) -> Iterator[str]:
    for one in rules.classes[name]:
        yield from extension(f"_{one[1:]}!" if one.startswith("+") else f"kind-{one}", "Return()")


def _limits(rules: Outside) -> Iterator[str]:
    """How much one user may: extension → number."""
    yield from extension("at-once", f"Return({rules.calls_at_once})")
    yield from extension("calls", f"Return({rules.calls_a_day})")
    yield from extension("seconds", f"Return({rules.minutes_a_day * 60})")


def _lines(trunks: list[Trunk]) -> Iterator[str]:
    steps = []
    for trunk in trunks:
        steps += [
            f"Gosub(outside-line,s,1({trunk.name},{trunk.calls},{trunk.caller_number}))",
            'GotoIf($["${GOSUB_RETVAL}" = "over"]?over)',
        ]
    yield from extension("s", *steps, "Return(none)", "over: Return(over)")


def _format(rules: Outside, trunk: Trunk) -> Iterator[str]:
    """A whole number, without its plus, as the carrier wants it."""
    if trunk.number_format is NumberFormat.PLUS:
        yield from extension("_X.", "Return(+${EXTEN})")
    elif trunk.number_format is NumberFormat.DIGITS:
        yield from extension("_X.", "Return(${EXTEN})")
    else:
        yield from extension("_X.", f"Return({rules.international_prefix}${{EXTEN}})")
        length = len(rules.country)
        yield from extension(f"_{rules.country}.", f"Return({rules.national_prefix}${{EXTEN:{length}}})")


def _listed(rules: Outside) -> Iterator[str]:
    """What an assistant may ring, and nothing else."""
    for number in rules.assistants_may_ring:
        yield from extension(number, "Set(DIGITS=${EXTEN:1})", "Gosub(outside-dial,s,1)")
