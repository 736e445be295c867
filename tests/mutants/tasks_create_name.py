"""Mutants of create_task(): the names of tasks."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop


@mutant(breaks="create_task.name.explicit", says="expected 'worker-7'")
@mutant(breaks="create_task.name.converted_to_str", says="expected the string")
@mutant(breaks="create_task.name.falsy_value_kept", says="create_task(name='') named the task")
@mutant(breaks="create_task.name.in_repr", says="expected the name in it")
@mutant(breaks="create_task.name.visible_on_first_step", says="expected that name")
@mutant(breaks="create_task.name.with_context", says="expected 'worker-7'")
class DropsTheNameLoop(SoundLoop):
    """Takes the name, and drops it."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make the task without it."""
        options.pop("name", None)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.name.none_means_default", says="expected a generated name")
class NamesTasksNoneLoop(SoundLoop):
    """Passes name=None on to set_name()."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Set whatever was given."""
        task = super().create_task(coro, **options)
        if "name" in options:
            task.set_name(options["name"])
        return task


@mutant(breaks="create_task.name.default_generated", says="50 unnamed tasks have 1 different names")
class ConstantNameLoop(SoundLoop):
    """Gives every unnamed task the same name."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Fill in a constant."""
        if options.get("name") is None:
            options["name"] = "Task"
        return super().create_task(coro, **options)


@mutant(breaks="create_task.name.default_generated", says="expected each to have its own")
class NamedAfterCoroutineLoop(SoundLoop):
    """Names a task after its coroutine's function."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Fill in the function's name, where there is one."""
        if options.get("name") is None:
            options["name"] = getattr(coro, "__qualname__", None)
        return super().create_task(coro, **options)


class NamedTask(asyncio.Task[Any]):
    """No mutant: keeps a name of its own beside the one of asyncio.Task."""

    def __init__(self, coro: Any, *, name: Any = None, **options: Any) -> None:
        super().__init__(coro, **options)
        self.given = name

    def get_name(self) -> Any:
        """The name that was given, else the generated one."""
        return super().get_name() if self.given is None else self.given


class UnnamedTask(NamedTask):
    """Has no name but the one that was given."""

    def get_name(self) -> Any:
        """None where no name was given."""
        return None if self.given is None else str(self.given)

    def set_name(self, value: object) -> None:
        """Change the own name."""
        self.given = str(value)


@mutant(breaks="create_task.name.default_generated", says="expected non-empty strings")
@mutant(breaks="create_task.name.none_means_default", says="named the task None")
class UnnamedTaskLoop(OwnTaskLoop):
    """get_name() of an unnamed task returns None."""

    task_class = UnnamedTask


class RawNameTask(asyncio.Task[Any]):
    """Keeps the object that it was given as its name."""

    def __init__(self, coro: Any, *, name: Any = None, **options: Any) -> None:
        super().__init__(coro, name=name, **options)
        self.raw = name

    def get_name(self) -> Any:
        """The raw object, unless it is a string, which may be changed."""
        return super().get_name() if self.raw is None or isinstance(self.raw, str) else self.raw


@mutant(breaks="create_task.name.converted_to_str", says="expected the string '123'")
@mutant(breaks="create_task.name.falsy_value_kept", says="create_task(name=0) named the task 0")
class KeepsRawNamesLoop(OwnTaskLoop):
    """Keeps an object that is no string as the name."""

    task_class = RawNameTask


@mutant(breaks="create_task.name.converted_to_str", says="expected it to be accepted")
@mutant(breaks="create_task.name.falsy_value_kept", says="expected it to be accepted")
class StringNamesOnlyLoop(SoundLoop):
    """Refuses a name that is no string."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Ask for the type."""
        name = options.get("name")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be a string, not {type(name).__name__}")
        return super().create_task(coro, **options)


@mutant(breaks="create_task.name.converted_to_str", says="expected the string 'the title'")
class ReprNameLoop(SoundLoop):
    """Converts a name with repr()."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Convert what is no string."""
        name = options.get("name")
        if name is not None and not isinstance(name, str):
            options["name"] = repr(name)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.name.falsy_value_kept", says="create_task(name='') named the task")
class FalsyMeansUnnamedLoop(SoundLoop):
    """Tests the name for truth."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Replace what is false."""
        return super().create_task(coro, **{**options, "name": options.get("name") or None})


class HiddenNameTask(asyncio.Task[Any]):
    """Keeps its name where repr() does not look."""

    def __init__(self, coro: Any, *, name: Any = None, **options: Any) -> None:
        super().__init__(coro, **options)
        self.given = super().get_name() if name is None else str(name)

    def get_name(self) -> str:
        """The hidden name."""
        return self.given

    def set_name(self, value: object) -> None:
        """Change the hidden name."""
        self.given = str(value)

    def __repr__(self) -> str:
        return f"<Task {'finished' if self.done() else 'pending'}>"


@mutant(breaks="create_task.name.in_repr", says="repr() of a pending task named 'needle-42' is")
class HiddenNameLoop(OwnTaskLoop):
    """repr() of a task does not show its name."""

    task_class = HiddenNameTask


class NamelessWhenDoneTask(asyncio.Task[Any]):
    """Leaves the name out of its repr() at its end."""

    def __repr__(self) -> str:
        return "<Task finished>" if self.done() else super().__repr__()


@mutant(breaks="create_task.name.in_repr", says="repr() of a finished task named 'needle-42' is")
class NamelessWhenDoneLoop(OwnTaskLoop):
    """repr() of a finished task does not show its name."""

    task_class = NamelessWhenDoneTask


class LateNameTask(NamedTask):
    """Does not know its name while it makes its first step."""

    named = False

    def get_name(self) -> Any:
        """The generated name, when asked for by the first step itself."""
        first_step = self.get_loop().is_running() and not self.named
        return asyncio.Task.get_name(self) if first_step else super().get_name()

    def set_name(self, value: object) -> None:
        """Change the own name."""
        self.given = str(value)

    def __repr__(self) -> str:
        return f"<Task name={self.get_name()!r}>"


@mutant(breaks="create_task.name.visible_on_first_step", says="expected that name")
class LateNameLoop(SoundLoop):
    """Puts the name in place by a callback behind the first step."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Queue the naming."""
        if self.get_task_factory() is not None:
            return super().create_task(coro, **options)
        name = options.pop("name", None)
        task = LateNameTask(coro, loop=self, name=None if name is None else str(name), **options)
        self.call_soon(setattr, task, "named", True)
        return task


class CachedNameTask(asyncio.Task[Any]):
    """Answers with the name that it was created with."""

    def __init__(self, coro: Any, *, name: Any = None, **options: Any) -> None:
        super().__init__(coro, name=name, **options)
        self.cached = super().get_name()

    def get_name(self) -> str:
        """The cached name."""
        return self.cached


@mutant(breaks="create_task.name.set_name_later", says="expected 'second'")
class CachedNameLoop(OwnTaskLoop):
    """get_name() reads what create_task() noted down."""

    task_class = CachedNameTask


@mutant(breaks="create_task.name.with_context", says="expected the context that was given")
class NameOrContextLoop(SoundLoop):
    """Honours the context only when there is no name."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Prefer the name."""
        if options.get("name") is not None:
            options.pop("context", None)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.name.with_context", says="expected 'worker-7'")
class ContextOrNameLoop(SoundLoop):
    """Loses the name when there is a context."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Prefer the context."""
        if isinstance(options.get("context"), Context):
            options.pop("name", None)
        return super().create_task(coro, **options)
