"""`policyd`: one command a file, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from policyd.cli import exits
from policyd.cli.output import Output, reader_language
from policyd.language.diagnostics import Phrase


class Entry(NamedTuple):
    """Where a command lives and what it does."""

    module: str
    about: Phrase


COMMANDS: Final = {
    "serve": Entry("serve", Phrase("answer bots over HTTP", "启动服务,回答机器人的请求")),
    "check": Entry("check", Phrase("say everything that is wrong with the policies", "检查策略,一次列出所有问题")),
    "test": Entry("test", Phrase("run the tests that stand in the policies", "运行策略里写的测试")),
    "evaluate": Entry("evaluate", Phrase("decide events from a file or stdin, one a line", "逐行读取事件并给出决定")),
    "explain": Entry("explain", Phrase("decide events and say why", "给出决定,并说明原因")),
    "match": Entry("match", Phrase("find the words of the lexicons in lines of text", "在文本里查找词表中的词")),
    "tickets": Entry("tickets", Phrase("say what waits for a human", "列出待人处理的工单")),
    "undo": Entry("undo", Phrase("take back what a mistaken rule has done", "撤销一条错误规则的处理")),
    "stats": Entry("stats", Phrase("say what happened in groups, by day", "查看各群的统计")),
    "top": Entry("top", Phrase("say which members have most of a tally or counter", "查看积分或计数的排行")),
    "bench": Entry("bench", Phrase("measure how fast the policies decide here", "测量策略在本机的处理速度")),
    "backup": Entry("backup", Phrase("write everything that the store keeps to a file", "把存储的全部状态写入文件")),
    "restore": Entry("restore", Phrase("put a backup back into a store", "把备份恢复到存储")),
    "erase": Entry("erase", Phrase("remove a member from the store", "从存储中移除一个成员")),
}


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        entry = COMMANDS.get(name)
        if entry is None:
            return None
        command = import_module(f"policyd.cli.{entry.module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"the commands are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """A reader who has seen enough (`| head`) is no error, though click would make it one."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _close_quietly()
            return exits.FINE
        return code

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = reader_language()
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.about.in_language(language)) for name, entry in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="policyd", prog_name="policyd", message="%(prog)s %(version)s")
def cli() -> None:
    """Decide what happens to messages, join requests and advertisements, by policies that a community writes itself.

    DIR is a folder of .policy files, by default `policies`.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line. Returns the exit code (`exits`)."""
    return guarded(lambda: cli.main(args=arguments, prog_name="policyd", standalone_mode=False))


def guarded(work: Callable[[], Any]) -> int:
    """The exit code of `work`; every way in which it can end gives one, and no traceback."""
    output = Output()
    try:
        code = work()
        return code if isinstance(code, int) else exits.FINE
    except click.ClickException as error:
        return _usage(error, output)
    except (KeyboardInterrupt, click.Abort):
        return exits.INTERRUPTED
    except exits.Stop as stop:
        if stop.message:
            output.problem(stop.message)
        return stop.code
    except OSError as error:
        if error.filename is None:
            return _fault(error, output)
        output.problem(f"{error.filename}: {error.strerror or error}")
        return exits.USAGE
    except Exception as error:
        return _fault(error, output)


def _usage(error: click.ClickException, output: Output) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return exits.USAGE
    context = getattr(error, "ctx", None)
    help_line = f"; see `{context.command_path} --help`" if context else ""
    output.problem(f"{error.format_message().rstrip('.')}{help_line}")
    return exits.USAGE


def _close_quietly() -> None:
    """The reader has gone: point stdout elsewhere, so that its flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fault(error: Exception, output: Output) -> int:
    """A mistake of policyd itself: one line, and the details in a file."""
    if os.environ.get("POLICYD_DEBUG") == "1":
        raise error
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="policyd-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as details:
        details.writelines(traceback.format_exception(error))
    output.problem(
        f"internal fault [P000]: {type(error).__name__}: {error}; details are in {details.name} "
        f"(POLICYD_DEBUG=1 shows them at once)"
    )
    return exits.FAULT


if __name__ == "__main__":
    sys.exit(main())
