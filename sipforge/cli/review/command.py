"""`sipforge review`: a native speaker judges what an assistant says, text by text."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, print_table, say, warn

if TYPE_CHECKING:
    from sipforge.cli.review.items import Item
    from sipforge.cli.review.sound import Booth
    from sipforge.cli.review.verdicts import Record
    from sipforge.infra.settings.assistants import BotSettings
    from sipforge.text.language import Language

RULES = Path("/opt/sipforge")
"""Where the role `models` puts the sources of the espeak-ng voices."""
_ASK = "  r right, w wrong, c correction, s skip, q quit; a note may follow the letter"

Review = dict[tuple[str, str], "Record"]


def review(
    context: typer.Context,
    assistant: Annotated[str, typer.Argument(help="Name of the assistant, such as kinyarwanda.")],
    *,
    only: Annotated[
        str, typer.Option("--only", help="Only texts whose id begins so, such as menu.", metavar="ID")
    ] = "",
    all_: Annotated[bool, typer.Option("--all", help="Ask about what was judged already, too.")] = False,
    play: Annotated[bool, typer.Option("--play", help="Play each text in the assistant's voice.")] = False,
    wav: Annotated[
        Path | None,
        typer.Option("--wav", help="Put each text, spoken, into a WAV file there.", metavar="FOLDER"),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Count the verdicts and list the corrections to apply.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write the verdicts on today's texts as JSON.", metavar="FILE"),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who judges; kept with each verdict.", metavar="NAME")] = "",
    verdicts: Annotated[
        Path | None,
        typer.Option(
            "--verdicts",
            help="File of verdicts (default: review/NAME.jsonl beside the models).",
            metavar="FILE",
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="Folder of the voice's rules.", metavar="FOLDER")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="--summary as one JSON document.")] = False,
) -> None:
    """Go through all that an assistant says and expects to hear, and keep a native speaker's verdicts.

    Each text is asked about once; a text that was changed since is asked about again. Stop at any time.
    """
    from sipforge.cli.review.items import without_twins
    from sipforge.cli.review.verdicts import VerdictError, load
    from sipforge.text.language import load_language

    host: Host = context.obj
    bot = host.settings.bots.get(assistant)
    if bot is None:
        known = ", ".join(sorted(host.settings.bots)) or "none"
        raise CliError(f"there is no assistant {assistant!r}; there are: {known}", Exit.USAGE)
    language = load_language(bot.language)
    items = [item for item in without_twins(_items(host, bot, language, rules)) if item.id.startswith(only)]
    path = verdicts or host.settings.model_directory.parent / "review" / f"{assistant}.jsonl"
    try:
        judged = load(path)
        if export is not None:
            _write_export(export, items, judged)
        if summary or export is not None:
            _summarise(items, judged, as_json=as_json or host.as_json)
            return
        wanted = [item for item in items if all_ or item.key not in judged]
        booth = _booth(host, bot, language, play=play, folder=wav)
        _ask_about(wanted, len(items) - len(wanted), path, by, booth)
    except VerdictError as error:
        raise CliError(str(error), Exit.DEGRADED) from error
    except PermissionError as error:
        raise CliError(f"{error.filename}: run as root: sudo sipforge ...", Exit.UNREACHABLE) from error
    except OSError as error:
        raise CliError(f"{error.filename or path}: {error.strerror}", Exit.UNREACHABLE) from error


def _items(host: Host, bot: BotSettings, language: Language, rules: Path | None) -> list[Item]:
    from sipforge.cli.review.items import SAMPLES, Collector, rule_items

    phrases, knowledge = _read(bot.phrases), _read(bot.knowledge)
    # How this one's callers ask for another language stands in that language's file, and the other way round.
    others = {name: _read(host.settings.bots[name].phrases) for name in bot.others}
    phrases["called"] = {name: file.get("called", {}).get(bot.language, []) for name, file in others.items()}
    titles = [str(topic.get("title", "")) for topic in knowledge.get("topics", [])]
    placeholders = {"{office}": host.settings.office, "{key}": "1", "{title}": next(iter(titles), "")}
    collector = Collector(language.normalise, placeholders)
    spoken = collector.phrases(phrases)
    known = collector.knowledge(knowledge)
    samples = [item for item in spoken if item.part == SAMPLES]
    items = [*(item for item in spoken if item.part != SAMPLES), *known, *samples]
    if "espeak" not in bot.tts.engines or not bot.tts.model:
        return items
    folder = rules or RULES / bot.tts.model
    files = [*sorted(folder.glob("*_rules")), *sorted(folder.glob("*_list"))]
    if not files:
        warn(f"{folder}: holds no rules of the voice; they are left out")
    said = [item.words for item in items]
    for file in files:
        items += rule_items(file.name, _text(file), said)
    return items


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CliError(f"{path}: is not valid TOML: {error}", Exit.DEGRADED) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except PermissionError as error:
        raise CliError(f"{path}: run as root: sudo sipforge ...", Exit.UNREACHABLE) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{path}: cannot be read: {error}", Exit.UNREACHABLE) from error


def _booth(
    host: Host, bot: BotSettings, language: Language, *, play: bool, folder: Path | None
) -> Booth | None:
    """What lets a reviewer hear the texts; None where they are only read."""
    from sipforge.cli.review.sound import Booth, Speaker, find_player

    if not play and folder is None:
        return None
    player = find_player() if play else ()
    return Booth(Speaker(host.settings, bot, language), folder, player)


def _ask_about(items: Sequence[Item], before: int, path: Path, by: str, booth: Booth | None) -> None:
    from sipforge.cli.review.verdicts import Record, append

    say(f"{len(items)} texts to judge, {before} judged before; verdicts go to {path}")
    if booth is not None and booth.folder is not None:
        say(f"{booth.write(items)} WAV files are in {booth.folder}")
    judged = 0
    for number, item in enumerate(items, 1):
        _show(number, len(items), item)
        if booth is not None:
            booth.play(item)
        try:
            answer = _asked(item)
        except (typer.Abort, EOFError):
            say()
            break
        if answer is None:
            continue
        verdict, correction, note = answer
        at = datetime.now(UTC).isoformat(timespec="seconds")
        record = Record(item.id, item.digest, item.text, item.words, verdict, correction, note, by, at)
        append(path, record)
        judged += 1
    say(f"{judged} judged now, {len(items) - judged} open.")


def _show(number: int, count: int, item: Item) -> None:
    say()
    say(f"{number}/{count}  {item.id}" + (f"  ({item.about})" if item.about else ""))
    say(f"  {item.text}")
    if item.words and item.words != item.text:
        say(f"  is spoken: {item.words}")
    columns = [f"confidence {item.confidence}" if item.confidence else "", item.source]
    if any(columns):
        say(f"  {'; '.join(filter(None, columns))}")


def _asked(item: Item) -> tuple[Any, str, str] | None:
    """Verdict, correction and note; None: skipped.

    Raises:
        typer.Abort: no more.
    """
    from sipforge.cli.review.verdicts import Verdict

    say(_ASK)
    while True:
        letter, _, rest = typer.prompt(" ", prompt_suffix="> ").strip().partition(" ")
        match letter.lower():
            case "r":
                return Verdict.RIGHT, "", rest.strip()
            case "w":
                return Verdict.WRONG, "", rest.strip() or _line("note, if any")
            case "c":
                correction = _line("how it should be")
                if correction not in {"", item.text, item.words}:
                    return Verdict.CORRECTED, correction, rest.strip() or _line("note, if any")
                say("  nothing was changed")
            case "s":
                return None
            case "q":
                raise typer.Abort
            case _:
                say(_ASK)


def _line(what: str) -> str:
    return str(typer.prompt(f"  {what}", default="", show_default=False)).strip()


def _write_export(path: Path, items: Sequence[Item], judged: Review) -> None:
    from dataclasses import asdict

    from sipforge.infra.atomic_file import replace_file

    found = [asdict(judged[item.key]) for item in items if item.key in judged]
    document = json.dumps({"verdicts": found}, ensure_ascii=False, indent=2) + "\n"
    replace_file(path.absolute(), document.encode(), 0o644)


def _summarise(items: Sequence[Item], judged: Review, *, as_json: bool) -> None:
    from sipforge.cli.review.verdicts import Verdict

    counts: dict[str, Counter[str]] = {}
    for item in items:
        record = judged.get(item.key)
        counts.setdefault(item.part, Counter())[record.verdict if record else "open"] += 1
    found = [(item, judged[item.key]) for item in items if item.key in judged]
    faults = [(item, record) for item, record in found if record.verdict is not Verdict.RIGHT]
    columns = (*Verdict, "open")
    if as_json:
        print_json(
            {
                "parts": {
                    part: {column: count[column] for column in columns} for part, count in counts.items()
                },
                "to_apply": [
                    {
                        "id": record.id,
                        "text": record.text,
                        "correction": record.correction,
                        "note": record.note,
                    }
                    for _, record in faults
                ],
            }
        )
        return
    rows = [(part, count.total(), *(count[column] for column in columns)) for part, count in counts.items()]
    total = sum(counts.values(), Counter())
    rows.append(("all", total.total(), *(total[column] for column in columns)))
    print_table(
        "Verdicts", ("Part", "Texts", "Right", "Wrong", "Corrected", "Open"), rows, "nothing to judge"
    )
    if faults:
        say()
        say("To apply:")
    for item, record in faults:
        say(f"  {item.id}")
        say(f"    {item.text}" + (f" (spoken: {item.words})" if item.words not in {"", item.text} else ""))
        say(f"    {record.correction or '(wrong; no correction was given)'}")
        if record.note:
            say(f"    note: {record.note}")
