"""The command `jiangmen`. Everything heavy is imported by the command that needs it."""

import argparse
import importlib
import sys
from collections.abc import Callable

from scenarios.errors import ScenarioError
from scenarios.words import LANGUAGES, chosen_language, word

LISTS = ("levers", "indicators", "assumptions", "parameters", "scenarios", "places", "lessons")
RESEARCH = ("batch", "query", "analyse", "reproduce")
CALIBRATION = ("calibrate", "validate", "update")


class _Parser(argparse.ArgumentParser):
    """Errors in one line, headings in the chosen language."""

    lang = "en"

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")

    def format_help(self) -> str:
        self._positionals.title = word("commands" if self.prog == "jiangmen" else "arguments", self.lang)
        self._optionals.title = word("options", self.lang)
        return super().format_help().replace("usage:", f"{word('usage', self.lang)}:", 1)


def make_parser(lang: str) -> argparse.ArgumentParser:
    """The parser, with help in one language."""
    kind = type("_Parser", (_Parser,), {"lang": lang})
    shared = kind(add_help=False)
    shared.add_argument("-h", "--help", action="help", help=word("help", lang))
    shared.add_argument("--lang", choices=LANGUAGES, default=lang, help=word("lang", lang))
    parser = kind("jiangmen", description=word("about", lang), parents=[shared], add_help=False)
    commands = parser.add_subparsers(dest="command", metavar="", required=True, parser_class=kind)

    def add(name: str) -> argparse.ArgumentParser:
        text = word(name, lang)
        return commands.add_parser(name, help=text, description=text, parents=[shared], add_help=False)

    run = add("run")
    run.add_argument("scenario", nargs="?", help=word("scenario", lang))
    run.add_argument("--from-url", metavar="URL", help=word("from_url", lang))
    compare = add("compare")
    compare.add_argument("scenarios", nargs="+", metavar="scenario", help=word("scenario", lang))
    for command in (run, compare):
        _run_options(command, lang)
        _output_options(command, lang)
    for name in LISTS:
        add(name).add_argument("--json", action="store_true", help=word("json", lang))
    check = add("check")
    check.add_argument("files", nargs="+", metavar="file", help=word("scenario", lang))
    kinds = ("scenario", "experiment", "lesson")
    add("schema").add_argument("kind", nargs="?", choices=kinds, default=kinds[0], help=word("schema_kind", lang))
    synthesise = add("synthesise")
    synthesise.add_argument("--year", type=int, default=2020, help=word("year", lang))
    synthesise.add_argument("--scale", type=float, default=1.0, help=word("scale", lang))
    synthesise.add_argument("--out", help=word("out", lang))
    trace = add("trace")
    trace.add_argument("scenario", help=word("scenario", lang))
    trace.add_argument("--household", required=True, metavar="KEY", help=word("household", lang))
    trace.add_argument("--against", metavar="SCENARIO", help=word("against", lang))
    trace.add_argument("--json", action="store_true", help=word("json", lang))
    _year_options(trace, lang)
    bench = add("bench")
    bench.add_argument("--json", action="store_true", help=word("json", lang))
    bench.add_argument("--quick", action="store_true", help=word("quick", lang))
    _research_commands(add, lang)
    _report_commands(add, lang)
    _calibrate_options(add("calibrate"), lang)
    _validate_options(add("validate"), lang)
    _update_options(add("update"), lang)
    add("app")
    return parser


def _report_commands(add: Callable[[str], argparse.ArgumentParser], lang: str) -> None:
    audit = add("audit")
    audit.add_argument("scenario", nargs="?", default="as_planned", help=word("scenario", lang))
    _run_options(audit, lang, replicates=20)
    audit.add_argument("--format", choices=("md", "html", "docx"), help=word("report_format", lang))
    audit.add_argument("--out", metavar="FILE", help=word("report_file", lang))
    audit.add_argument("--force", action="store_true", help=word("force", lang))
    brief = add("brief")
    brief.add_argument("scenario", nargs="?", help=word("scenario", lang))
    brief.add_argument("--from-url", metavar="URL", help=word("from_url", lang))
    _run_options(brief, lang, replicates=20)
    brief.add_argument("--out", metavar="FILE", help=word("brief_file", lang))
    brief.add_argument("--force", action="store_true", help=word("force", lang))
    handout = add("handout")
    handout.add_argument("scenario", nargs="?", help=word("scenario", lang))
    handout.add_argument("--levers", nargs="+", metavar="LEVER", help=word("handout_levers", lang))
    handout.add_argument("--scale", type=float, nargs="+", default=[0.01], help=word("handout_scales", lang))
    handout.add_argument("--replicates", type=_count, default=10, help=word("replicates", lang))
    handout.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    handout.add_argument("--workers", type=_count, help=word("workers", lang))
    handout.add_argument("--out", metavar="FILE", help=word("handout_file", lang))
    handout.add_argument("--force", action="store_true", help=word("force", lang))
    pack = add("pack")
    pack.add_argument("--scale", type=float, nargs="+", help=word("pack_scales", lang))
    pack.add_argument("--replicates", type=_count, default=10, help=word("replicates", lang))
    pack.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    pack.add_argument("--workers", type=_count, help=word("workers", lang))
    pack.add_argument("--out", metavar="FILE", default="pack.zip", help=word("pack_file", lang))
    pack.add_argument("--force", action="store_true", help=word("force", lang))


def _research_commands(add: Callable[[str], argparse.ArgumentParser], lang: str) -> None:
    batch = add("batch")
    batch.add_argument("experiment", help=word("experiment", lang))
    batch.add_argument("--out", metavar="DIR", help=word("out", lang))
    batch.add_argument("--workers", type=_count, help=word("workers", lang))
    batch.add_argument("--scheduler", metavar="ADDRESS", help=word("scheduler", lang))
    for name in ("resume", "dry-run", "yes"):
        batch.add_argument(f"--{name}", action="store_true", help=word(name.replace("-", "_"), lang))
    query = add("query")
    query.add_argument("folder", metavar="dir", help=word("batch_folder", lang))
    query.add_argument("sql", help=word("sql", lang))
    query.add_argument("--json", action="store_true", help=word("json", lang))
    query.add_argument("--csv", action="store_true", help=word("csv", lang))
    _analyse_options(add("analyse"), lang)
    reproduce = add("reproduce")
    reproduce.add_argument("run", metavar="DIR/RUN", help=word("batch_run", lang))


def _analyse_options(analyse: argparse.ArgumentParser, lang: str) -> None:
    methods = ("effects", "morris", "sobol", "thresholds", "robustness", "convergence", "all", "shapley", "reach")
    analyse.add_argument(
        "method", choices=methods, metavar="method", help=word("method", lang, names=", ".join(methods))
    )
    analyse.add_argument("source", help=word("source", lang))
    analyse.add_argument("--indicator", help=word("indicator", lang))
    analyse.add_argument("--place", help=word("place", lang))
    analyse.add_argument("--year", type=int, help=word("years", lang))
    analyse.add_argument("--at-least", type=float, metavar="VALUE", help=word("at_least", lang))
    analyse.add_argument("--at-most", type=float, metavar="VALUE", help=word("at_most", lang))
    analyse.add_argument("--out", metavar="FILE", help=word("report_file", lang))
    analyse.add_argument("--json", action="store_true", help=word("json", lang))
    analyse.add_argument("--against", metavar="SCENARIO", default="baseline", help=word("against", lang))
    analyse.add_argument("--by", choices=("lever", "family"), default="lever", help=word("by", lang))
    analyse.add_argument("--workers", type=_count, help=word("workers", lang))
    analyse.add_argument("--replicates", type=_count, default=8, help=word("replicates", lang))
    _year_options(analyse, lang)


def _calibrate_options(calibrate: argparse.ArgumentParser, lang: str) -> None:
    calibrate.add_argument("--out", metavar="DIR", required=True, help=word("fit_folder", lang))
    calibrate.add_argument("--resume", action="store_true", help=word("resume", lang))
    calibrate.add_argument("--quick", action="store_true", help=word("quick_fit", lang))
    calibrate.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    calibrate.add_argument("--workers", type=_count, help=word("workers", lang))


def _validate_options(validate: argparse.ArgumentParser, lang: str) -> None:
    validate.add_argument("--fit", metavar="DIR", help=word("finished_fit", lang))
    validate.add_argument("--sets", type=_count, default=40, help=word("prior_sets", lang))
    validate.add_argument("--scale", type=float, default=0.01, help=word("scale", lang))
    validate.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    validate.add_argument("--workers", type=_count, help=word("workers", lang))
    _output_options(validate, lang)


def _update_options(update: argparse.ArgumentParser, lang: str) -> None:
    update.add_argument("observations", metavar="OBSERVATIONS.csv", help=word("observations", lang))
    update.add_argument("--ensemble", metavar="FILE", help=word("old_ensemble", lang))
    update.add_argument("--out", metavar="FILE", default="ensemble_updated.csv", help=word("new_ensemble", lang))
    update.add_argument("--scale", type=float, default=0.01, help=word("scale", lang))
    update.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    update.add_argument("--workers", type=_count, help=word("workers", lang))


def _year_options(command: argparse.ArgumentParser, lang: str) -> None:
    command.add_argument("--start", type=int, default=2020, help=word("start", lang))
    command.add_argument("--end", type=int, default=2035, help=word("end", lang))
    command.add_argument("--scale", type=float, default=0.01, help=word("scale", lang))
    command.add_argument("--seed", type=int, default=1, help=word("seed", lang))
    command.add_argument("--threads", type=_count, help=word("threads", lang))


def _run_options(command: argparse.ArgumentParser, lang: str, replicates: int = 10) -> None:
    _year_options(command, lang)
    command.add_argument("--replicates", type=int, default=replicates, help=word("replicates", lang))
    command.add_argument("--workers", type=_count, help=word("workers", lang))
    command.add_argument("--parameters", metavar="FILE", help=word("parameter_file", lang))
    command.add_argument("--detail", choices=("city", "counties", "towns"), default="towns", help=word("detail", lang))


def _output_options(command: argparse.ArgumentParser, lang: str) -> None:
    command.add_argument("--out", metavar="DIR", help=word("out", lang))
    command.add_argument("--force", action="store_true", help=word("force", lang))


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {value}")
    return value


def main(argv: list[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 2 when something given to it is wrong (one line says what)."""
    argv = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot write Chinese shows ?, and the run goes on
    args = make_parser(chosen_language(argv)).parse_args(argv)
    args.argv = argv
    try:
        return _command(args.command)(args) or 0
    except KeyboardInterrupt:
        print(word("stopped" if args.command == "batch" else "interrupted", args.lang), file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of the pipe has gone
        return 0
    except ValueError as error:
        return _refuse(error, args.lang)


def _command(name: str) -> Callable[[argparse.Namespace], int | None]:
    from scenarios import commands

    if name in CALIBRATION:  # it imports scenarios, not the other way: its commands are found by name when asked for
        return getattr(importlib.import_module("calibration.commands"), name)
    if name in RESEARCH:
        from scenarios import research

        return getattr(research, name)
    return commands.list_entries if name in LISTS else getattr(commands, name)


def _refuse(error: ValueError, lang: str) -> int:
    """One line about what was given; errors of other kinds are faults of the program and keep their trace."""
    from sim.catalogue import CatalogueError
    from sim.data import DataError
    from sim.paths import PolicyError

    if isinstance(error, ScenarioError):
        text = error.text(lang)
    elif isinstance(error, PolicyError) and lang == "zh":
        text = f"{error.field}: {error.zh}" if error.field else error.zh
    elif isinstance(error, CatalogueError | DataError):
        text = " ".join(str(error).split())
    else:
        raise error
    print(f"jiangmen: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
