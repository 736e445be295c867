"""The pytest plugin: the mark, the fixtures, and coroutine checks.

All that the suites know of the checker is here: the `requirement` mark and the
fixtures `loop`, `loop_factory`, `second_loop` and `unkept_loop_factory`. With `pytest --loop
MODULE:FACTORY` the checks run in process, for a debugger or inside an author's own
suite; `loopconform check` registers the same parts and adds workers and verdicts.

This is the one file of the checker that imports pytest.
"""

from __future__ import annotations

import inspect
import os
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import cast

import pytest

from loopconform.judging import Case
from loopconform.keeper import LoopKeeper, run_to_the_end
from loopconform.missing import why_missing
from loopconform.outcome import Outcome, came_out, in_words
from loopconform.requirement import BadRequirement, Requirement, from_mark
from loopconform.stacks import of_exception
from loopconform.target import ADVICE, BadTarget, LoopFactory, load, python_version

requirement_key = pytest.StashKey[Requirement]()
USAGE_ERROR, INTERNAL_ERROR = pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --loop, which turns the plugin on."""
    parser.getgroup("loopconform").addoption(
        "--loop",
        metavar="MODULE:FACTORY",
        help="run the checks on the loops that this factory returns",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and the fixtures when a loop was named."""
    config.addinivalue_line(
        "markers",
        "requirement(id, *, api, level, since, until, not_on, platforms, libraries, doc): "
        "the promise that a check of an event loop stands for",
    )
    target = config.getoption("--loop")
    if target is not None:
        sys.path.insert(0, "")
        try:
            factory = load(target)
        except BadTarget as error:
            raise pytest.UsageError(f"--loop {target}: {error}\n{ADVICE}") from error
        config.pluginmanager.register(Checks(lambda: factory), "loopconform-checks")


class Checks:
    """What a pytest run needs to carry out checks on the loops of a factory.

    `factory` is asked anew for each check, so that a worker can change the target.
    """

    def __init__(self, factory: Callable[[], LoopFactory]) -> None:
        self._factory = factory
        self.troubles: list[str] = []

    @pytest.fixture
    def loop_keeper(self) -> Iterator[LoopKeeper]:
        """Not for checks: makes the loops of one check and closes them after it."""
        keeper = LoopKeeper(self._factory())
        yield keeper
        keeper.close_all()
        self.troubles += keeper.troubles

    @pytest.fixture
    def loop(self, loop_keeper: LoopKeeper) -> AbstractEventLoop:
        """A new loop under test, not running; closed after the check."""
        return loop_keeper.new_loop()

    @pytest.fixture
    def second_loop(
        self,
        loop: AbstractEventLoop,  # noqa: ARG002 - asked for so that it is made first
        loop_keeper: LoopKeeper,
    ) -> AbstractEventLoop:
        """Another loop of the same factory; `missing` where the factory has but one."""
        return loop_keeper.new_loop()

    @pytest.fixture
    def loop_factory(self, loop_keeper: LoopKeeper) -> Callable[[], AbstractEventLoop]:
        """A callable that returns a new loop each time; all are closed after the check."""
        return loop_keeper.new_loop

    @pytest.fixture
    def unkept_loop_factory(self) -> LoopFactory:
        """The factory itself: nobody keeps, or closes, what it makes."""
        return self._factory()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Validate the marks, give coroutine checks their loop, skip what does not apply."""
        seen: dict[str, str] = {}
        for item in items:
            requirement = read_requirement(item)
            if requirement is None:
                continue
            item.stash[requirement_key] = requirement
            item.extra_keyword_matches.add(requirement.id)
            function = item.nodeid.partition("[")[0]
            if seen.setdefault(requirement.id, function) != function:
                raise pytest.UsageError(
                    f"{_place(item)}: id {requirement.id!r} is taken by {seen[requirement.id]}; "
                    "expected an id of its own"
                )
            if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
                item.fixturenames[:0] = [] if "loop" in item.fixturenames else ["loop"]
            why_not = requirement.why_not_on(python_version(), sys.platform)
            if why_not is not None:
                item.add_marker(pytest.mark.skip(reason=why_not))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a coroutine check to its end on the loop under test."""
        if requirement_key not in pyfuncitem.stash:
            return None
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        wanted = inspect.signature(pyfuncitem.obj).parameters
        arguments = {name: pyfuncitem.funcargs[name] for name in wanted}
        loop = cast("AbstractEventLoop", pyfuncitem.funcargs["loop"])
        run_to_the_end(loop, pyfuncitem.obj(**arguments))
        return True


class Collected(Checks):
    """A collected session whose cases are run one by one, in any order, when asked.

    What happens instead of pytest's own loop over the items is `conduct`'s business.
    """

    factory: LoopFactory | None = None

    def __init__(self, conduct: Callable[[Collected], None]) -> None:
        super().__init__(self._current_factory)
        self._conduct = conduct
        self._items: dict[str, pytest.Item] = {}
        self._by_id: dict[str, pytest.Item] = {}
        self._phases: list[Outcome] = []
        self.conducted = False
        self.broken: list[str] = []

    def _current_factory(self) -> LoopFactory:
        assert self.factory is not None, "no target was loaded"
        return self.factory

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Silence pytest: whoever conducts the run tells of it."""
        config.pluginmanager.unregister(name="terminalreporter")
        config.addinivalue_line("markers", "filterwarnings(...): for runs by pytest alone")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Do as in any run; but here a check without the mark is refused."""
        super().pytest_collection_modifyitems(items)
        for item in items:
            if requirement_key not in item.stash:
                raise pytest.UsageError(
                    f"{_place(item)}: {item.name} wears no requirement mark; "
                    "expected @pytest.mark.requirement(id, api=..., level=..., since=...)"
                )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what was collected; pytest asks for it after a refusal too."""
        self._items = {item.nodeid: item for item in session.items}
        marked = [item for item in session.items if requirement_key in item.stash]
        self._by_id = {item.stash[requirement_key].id: item for item in marked}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file could not be collected."""
        if report.failed:
            self.broken.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self) -> bool:
        """Hand over to the conductor, unless a file could not be collected."""
        if not self.broken:
            self.conducted = True
            self._conduct(self)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Reduce each phase to an outcome; nothing of the check stays referenced."""
        report = yield
        if not report.passed:
            requirement = item.stash[requirement_key]
            self._phases.append(_outcome_of(report, call, requirement.api))
        return report

    def requirements(self) -> dict[str, Requirement]:
        """Each requirement that was collected, by id."""
        return {id_: item.stash[requirement_key] for id_, item in self._by_id.items()}

    def place(self, id_: str) -> str:
        """Where the check of that id stands, as FILE:LINE."""
        return _place(self._by_id[id_])

    def source(self, id_: str) -> str:
        """The source text of the check of that id."""
        check = self._by_id[id_]
        assert isinstance(check, pytest.Function)
        return inspect.getsource(check.obj)

    def cases(self) -> list[Case]:
        """Every case that was collected."""
        return [
            Case(name, item.stash[requirement_key].id, name.partition("[")[2].removesuffix("]"))
            for name, item in self._items.items()
        ]

    def run(self, case: str, then: str | None) -> Outcome:
        """Carry out one case. `then` lets pytest keep what both cases share."""
        item = self._items[case]
        self._phases.clear()
        item.config.hook.pytest_runtest_protocol(
            item=item, nextitem=None if then in (None, case) else self._items[str(then)]
        )
        return self._phases[0] if self._phases else Outcome("passed")

    def take_troubles(self) -> list[str]:
        """What closing the loops of the last case raised; forgotten by asking."""
        troubles, self.troubles = self.troubles, []
        return troubles

    def expects_log(self, case: str) -> bool:
        """Whether the check asked for pytest's caplog, because it makes the loop log."""
        return "caplog" in getattr(self._items[case], "fixturenames", ())


def host(paths: list[Path], keyword: str | None, collected: Collected) -> int:
    """Collect the checks under `paths` and let `collected` conduct; pytest's exit status.

    Nothing of the directory we stand in takes part: no configuration, no conftest above
    the paths, no plugin that happens to be installed.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    root = Path(os.path.commonpath([p if p.is_dir() else p.parent for p in paths]))
    options = ["-c", str(Path(__file__).with_name("pytest.ini"))]
    options += [f"--rootdir={root.parent}", f"--confcutdir={root}"]
    if keyword is not None:
        options += ["-k", keyword]
    plugins = [sys.modules[__name__], collected]
    return int(pytest.main([*options, *map(str, paths)], plugins=plugins))


def read_requirement(item: pytest.Item) -> Requirement | None:
    """The requirement that an item wears, or None.

    Raises pytest.UsageError, with file and line, for a mark that is not in order.
    """
    mark = item.get_closest_marker("requirement")
    if mark is None:
        return None
    try:
        text = getattr(getattr(item, "obj", None), "__doc__", None)
        return from_mark(mark.args, mark.kwargs, docstring=text, chapter=item.path.parent.name)
    except BadRequirement as error:
        raise pytest.UsageError(f"{_place(item)}: {error}") from error


def _place(item: pytest.Item) -> str:
    path, line, _ = item.reportinfo()
    shown = Path(path)
    if shown.is_relative_to(Path.cwd()):
        shown = shown.relative_to(Path.cwd())
    return f"{shown}:{(line or 0) + 1}"


def _outcome_of(report: pytest.TestReport, call: pytest.CallInfo[None], api: str) -> Outcome:
    """The outcome of a phase that did not pass."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return Outcome("skipped", reason.removeprefix("Skipped: "))
    assert call.excinfo is not None
    error = call.excinfo.value
    absent = why_missing(error, api)
    if absent is not None:
        return Outcome("missing", absent, of_exception(error))
    when = {"setup": "before the check: ", "teardown": "after the check: "}.get(report.when, "")
    own_words = isinstance(error, (AssertionError, pytest.fail.Exception, BadTarget))
    message = in_words(error) if own_words else came_out(error)
    return Outcome("failed", when + message, of_exception(error))
