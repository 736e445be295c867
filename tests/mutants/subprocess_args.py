"""Broken loops: children that can't be started, keywords that are refused, the shell."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from typing import Any

from . import SoundLoop, mutant
from .subprocess_parts import Starting

FIXED = ("universal_newlines", "text", "bufsize", "encoding", "errors", "shell")
NOTHING = "raised nothing; expected "


@mutant(
    breaks="subprocess.exec.missing_program_is_filenotfound", says=f"{NOTHING}FileNotFoundError"
)
class LeavesItToTheChildLoop(Starting):
    """Tells of a program that does not exist by the exit status of the child."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Start something else that ends as a shell would."""
        if shutil.which(call["command"][0]) is None:
            call["command"][:] = ["/bin/sh", "-c", "exit 127"]


@mutant(breaks="subprocess.exec.bad_cwd_is_oserror", says=f"{NOTHING}OSError")
class StaysWhereItIsLoop(Starting):
    """Has a child that can't change its directory say so by its exit status."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Start something that ends badly."""
        if "cwd" in call and not os.path.isdir(call["cwd"]):
            del call["cwd"]
            call["command"][:] = ["/bin/sh", "-c", "exit 1"]


@mutant(breaks="subprocess.exec.missing_program_is_filenotfound", says="expected FileNotFoundError")
@mutant(breaks="subprocess.exec.bad_cwd_is_oserror", says="expected OSError")
@mutant(breaks="subprocess.exec.not_executable_is_permissionerror", says="expected PermissionError")
class LosesErrnoLoop(SoundLoop):
    """Tells of each failure by one and the same error."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start; forget why it failed."""
        try:
            return await super().subprocess_exec(*args, **options)
        except OSError as error:
            raise ValueError("the child could not be started") from error


@mutant(breaks="subprocess.exec.failure_leaks_nothing", says="3 failed starts left 6 descriptors")
class LeaksPipesLoop(SoundLoop):
    """Forgets a pipe when a start fails."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start; keep a pipe when it fails."""
        try:
            return await super().subprocess_exec(*args, **options)
        except OSError:
            os.pipe()
            raise


@mutant(
    breaks="subprocess.exec.args.universal_newlines_is_valueerror", says=f"{NOTHING}an exception"
)
@mutant(breaks="subprocess.exec.args.text_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.exec.args.bufsize_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.exec.args.encoding_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.exec.args.errors_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.exec.args.shell_flag_is_valueerror", says=f"{NOTHING}an exception")
@mutant(
    breaks="subprocess.shell.args.universal_newlines_is_valueerror", says=f"{NOTHING}an exception"
)
@mutant(breaks="subprocess.shell.args.text_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.shell.args.bufsize_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.shell.args.encoding_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.shell.args.errors_is_valueerror", says=f"{NOTHING}an exception")
@mutant(breaks="subprocess.shell.args.shell_flag_is_valueerror", says=f"{NOTHING}an exception")
class IgnoresKeywordsLoop(Starting):
    """Accepts keywords that it has no use for."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop them."""
        for name in FIXED:
            call.pop(name, None)


@mutant(
    breaks="subprocess.exec.args.non_string_argument_is_typeerror", says=f"{NOTHING}TypeError or"
)
@mutant(
    breaks="subprocess.exec.args.non_string_argument_is_typeerror",
    says="raised FileNotFoundError",
)
class FormatsArgumentsLoop(Starting):
    """Makes text of each argument."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Format."""
        call["command"][:] = [
            word if isinstance(word, bytes) else str(word) for word in call["command"]
        ]


@mutant(breaks="subprocess.shell.runs_through_shell", says="expected what a shell prints")
@mutant(breaks="subprocess.highlevel.shell", says="expected b'42' and 3")
class SplitsCommandLoop(SoundLoop):
    """Splits the command into words and executes them."""

    async def subprocess_shell(self, protocol_factory: Any, cmd: Any, **options: Any) -> Any:
        """Split and execute."""
        return await self.subprocess_exec(protocol_factory, *cmd.split(), **options)


@mutant(breaks="subprocess.shell.returns_pair", says="expected a tuple, (transport, protocol)")
class ReturnsShellLoop(SoundLoop):
    """Returns the transport only."""

    async def subprocess_shell(self, *args: Any, **options: Any) -> Any:
        """Start, and forget the protocol."""
        transport, _ = await super().subprocess_shell(*args, **options)
        return transport


@mutant(breaks="subprocess.shell.bytes_command", says="expected it to be accepted")
class KnowsTextOnlyLoop(SoundLoop):
    """Takes commands as str alone."""

    async def subprocess_shell(self, protocol_factory: Any, cmd: Any, **options: Any) -> Any:
        """Refuse bytes."""
        if isinstance(cmd, bytes):
            raise ValueError("the command must be a string")
        return await super().subprocess_shell(protocol_factory, cmd, **options)


@mutant(breaks="subprocess.shell.exit_status", says="ended with the return code 0; expected 7")
class AlwaysWellLoop(Starting):
    """Has a status of 0 for every child that has ended."""

    def spoil(self, transport: Any) -> None:
        """Forget the status."""
        status = transport.get_returncode
        transport.get_returncode = lambda: None if status() is None else 0


@mutant(breaks="subprocess.shell.missing_command_is_exit_127", says="expected a child")
class LooksCommandsUpLoop(Starting):
    """Looks the command up before the shell does."""

    async def subprocess_shell(self, protocol_factory: Any, cmd: Any, **options: Any) -> Any:
        """Look it up."""
        if shutil.which(cmd.split()[0]) is None:
            raise FileNotFoundError(cmd)
        return await super().subprocess_shell(protocol_factory, cmd, **options)


@mutant(
    breaks="subprocess.shell.args.command_must_be_text_or_bytes",
    says="raised nothing; expected ValueError or TypeError",
)
class TakesListsLoop(SoundLoop):
    """Takes a list for a program and its arguments."""

    async def subprocess_shell(self, protocol_factory: Any, cmd: Any, **options: Any) -> Any:
        """Execute a list."""
        if isinstance(cmd, list):
            return await self.subprocess_exec(protocol_factory, *cmd, **options)
        return await super().subprocess_shell(protocol_factory, cmd, **options)


@mutant(breaks="subprocess.protocol.factory_error_propagates", says="has left a child running")
class StartsFirstLoop(SoundLoop):
    """Starts the child, and then calls the factory."""

    children: list[Any]

    async def subprocess_exec(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Start a child that nobody ends when the factory raises."""
        fed, out = options.get("stdin"), options.get("stdout")
        early = subprocess.Popen(command, stdin=fed, stdout=out) if out else None
        try:
            protocol_factory()
        except ZeroDivisionError:
            self.children = [early]
            raise
        return await super().subprocess_exec(protocol_factory, *command, **options)


@mutant(
    breaks="subprocess.protocol.factory_error_propagates",
    says="raised nothing; expected ZeroDivisionError",
)
class ReportsFactoryLoop(SoundLoop):
    """Reports what the factory raises."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Report, and return nothing."""
        try:
            return await super().subprocess_exec(*args, **options)
        except ZeroDivisionError as error:
            self.call_exception_handler({"message": "the factory raised", "exception": error})
            return None


@mutant(
    breaks="subprocess.cancel.during_start_leaves_no_child", says="and has left a child running"
)
class ShieldsStartLoop(SoundLoop):
    """Goes on starting a child whose start was cancelled."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start, come what may."""
        return await asyncio.shield(super().subprocess_exec(*args, **options))


@mutant(
    breaks="subprocess.protocol.factory_called_without_arguments_once",
    says="expected one call without arguments",
)
class TellsFactoryLoop(SoundLoop):
    """Tells the factory which loop it is for."""

    async def subprocess_exec(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Pass the loop."""
        return await super().subprocess_exec(lambda: protocol_factory(self), *command, **options)


@mutant(
    breaks="subprocess.protocol.factory_called_without_arguments_once",
    says="expected one call without arguments",
)
class AsksFactoryTwiceLoop(SoundLoop):
    """Asks the factory for a protocol to try out."""

    async def subprocess_exec(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Ask once more."""
        protocol_factory()
        return await super().subprocess_exec(protocol_factory, *command, **options)
