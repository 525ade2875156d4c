"""Acts on many documents: chosen in the list, previewed, confirmed, told, undone.

A preview changes nothing. What is confirmed is written down before anything is done, goes on in
batches, and is finished by the scheduler if this process dies or the act is large.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from psycopg import Connection
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers import marking
from workers.console import picking, searching
from workers.console.desk import Console
from workers.console.refusals import Refused, not_found
from workers.console.visits import Rule, Visit, page
from workers.deeds import HINDRANCES, Verb, hindrance
from workers.store import acts, browsing
from workers.store.acts import Act, Fact
from workers.store.browsing import Scope
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER)

PATIENCE = timedelta(seconds=2)
"""How long a page is waited for while its act is performed; most are over by then."""

LONGEST = 500
"""Characters of a reason; it is kept with every document."""

CHOICE = ("scope", "verb", "last", "ids")
"""Fields that say which documents an act is about, beside those of the search."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody means to do with which documents: those picked, or all that fit."""

    verb: Verb
    scope: Scope
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: ``going`` can be done, ``staying`` by what stands against it."""

    going: list[Fact]
    staying: dict[str, list[Fact]]

    @property
    def number(self) -> int:
        """With how many documents it can be done."""
        return count(self.going)

    @property
    def total(self) -> int:
        """Of how many documents it was asked."""
        return self.number + sum(map(count, self.staying.values()))


def routes() -> list[Route]:
    """Return the routes of this module."""
    chosen = [*searching.FIELDS, *CHOICE]
    return [
        page("POST", "/documents", preview, BOOKKEEPER, takes=chosen, also=[200, 422]),
        page(
            "POST",
            "/acts",
            confirm,
            BOOKKEEPER,
            takes=[*chosen, "why", "number"],
            also=[409, 422],
        ),
        page("GET", "/acts/{id}", show, live=True),
        page("POST", "/acts/{id}/undo", undo, BOOKKEEPER, also=[409]),
    ]


def preview(console: Console, visit: Visit) -> Response:
    """Say what would happen to how many documents, and which can't and why; nothing is done."""
    with console.runtime.pool.connection() as conn:
        choice = _choice(conn, visit.form)
        found = previewed(acts.facts(conn, choice.scope), choice.verb)
    return _page(console, visit, choice, found)


def confirm(console: Console, visit: Visit) -> Response:
    """Do it, unless more would be done by now than the preview said."""
    why = visit.form.get("why", "").strip()[:LONGEST]
    with console.runtime.pool.connection() as conn:
        choice = _choice(conn, visit.form)
        found = previewed(acts.facts(conn, choice.scope), choice.verb)
        seen = searching.id_of(visit.form.get("number", "")) or 0
        if choice.verb is Verb.SKIP and not why:
            problem = "Say why: whoever asks later reads it with each document."
            return _page(console, visit, choice, found, problem, 422)
        if found.number > seen:
            problem = f"There are more by now: {found.number:,}. Look again, then confirm."
            return _page(console, visit, choice, found, problem, 409)
        _check_marking(choice.verb, found.total)
        act_id = acts.begin(conn, choice.verb, choice.scope, visit.who.name, why)
        act = _act(conn, str(act_id))
    _perform(console, act)
    return RedirectResponse(f"/acts/{act_id}", 303)


def show(console: Console, visit: Visit) -> Response:
    """Tell what became of an act, and offer to undo it."""
    with console.runtime.pool.connection() as conn:
        act = _act(conn, visit.names["id"])
        outcomes = acts.outcomes(conn, act.id)
        undoable = acts.undoable(conn, act.id) if _may_undo(act) else 0
    by_outcome = {each.outcome: each for each in outcomes}
    done = by_outcome["done"].documents if "done" in by_outcome else 0
    return console.render(
        visit,
        "act.html",
        act=act,
        done=done,
        left=by_outcome[""].documents if "" in by_outcome else 0,
        staying=[each for each in outcomes if each.outcome not in ("", "done")],
        total=sum(each.documents for each in outcomes),
        undoable=undoable,
        hindrances=HINDRANCES,
    )


def undo(console: Console, visit: Visit) -> Response:
    """Put documents that nobody touched since back to where they stood."""
    with console.runtime.pool.connection() as conn:
        act = _act(conn, visit.names["id"])
        undoing = acts.begin_undo(conn, act.id, visit.who.name) if _may_undo(act) else None
        if undoing is None:
            raise Refused(
                409,
                "This can't be undone",
                "It was undone already, is still under way, or is of a kind that stays.",
                "Nothing was changed.",
                [("Show what was done", f"/acts/{act.id}")],
            )
        begun = _act(conn, str(undoing))
    _perform(console, begun)
    return RedirectResponse(f"/acts/{undoing}", 303)


def previewed(facts: list[Fact], verb: Verb) -> Preview:
    """Return what *verb* would do to documents that stand as *facts* say."""
    staying: dict[str, list[Fact]] = {}
    going = []
    for fact in facts:
        code = hindrance(verb, fact.standing)
        if code:
            staying.setdefault(code, []).append(fact)
        else:
            going.append(fact)
    return Preview(going, staying)


def count(facts: list[Fact]) -> int:
    """Return how many documents *facts* are about."""
    return sum(each.documents for each in facts)


def picked(form: Mapping[str, str]) -> list[int]:
    """Return the documents that were ticked, or named by an earlier page."""
    named = [*picking.ticked(form, "pick."), *form.get("ids", "").split(",")]
    return sorted(picking.ids_of(named))


def _choice(conn: Connection, form: Mapping[str, str]) -> Choice:
    """Return what a form of ours means. Raises Refused."""
    verb = form.get("verb", "")
    if verb not in (Verb.RETRY, Verb.SKIP, Verb.MARK_POSTED):
        raise _unclear("It does not say what is to be done.")
    if form.get("scope") == "all":
        return _all_that_fit(conn, Verb(verb), form)
    ids = picked(form)
    if not ids:
        raise _unclear("No document is ticked.")
    fields = {"ids": ",".join(map(str, ids)), "scope": "picked", "verb": verb}
    return Choice(Verb(verb), Scope(ids=ids), fields)


def _all_that_fit(conn: Connection, verb: Verb, form: Mapping[str, str]) -> Choice:
    """Return all that fit the search, up to the last document there is now."""
    asked = searching.asked(form)
    if asked.problems:
        raise _unclear(" ".join(asked.problems.values()))
    scope = browsing.scope_of(conn, asked.search)
    last = searching.id_of(form.get("last", "")) or browsing.last_id(conn)
    bounded = replace(scope, last=last if scope.last is None else min(last, scope.last))
    fields = searching.fields_of(asked.search)
    return Choice(verb, bounded, fields | {"scope": "all", "verb": verb, "last": str(last)})


def _unclear(why: str) -> Refused:
    back = [("Back to the documents", "/documents")]
    return Refused(422, "Nothing was done", why, "Tick documents, then choose what to do.", back)


def _check_marking(verb: Verb, number: int) -> None:
    if verb is Verb.MARK_POSTED and number > marking.MOST:
        raise Refused(
            422,
            "These are too many at once",
            f"Xero is asked about each of them: {marking.MOST} at most, and these are {number:,}.",
            "Narrow the list, by a connection or some days, then mark those.",
            [("Back to the documents", "/documents")],
        )


def _page(
    console: Console,
    visit: Visit,
    choice: Choice,
    found: Preview,
    problem: str = "",
    status: int = 200,
) -> Response:
    return console.render(
        visit,
        "act_preview.html",
        status,
        choice=choice,
        found=found,
        staying={HINDRANCES[code]: facts for code, facts in found.staying.items()},
        count=count,
        problem=problem,
        is_cut=found.total >= acts.MOST,
        most=acts.MOST,
        back=searching.address({n: choice.fields.get(n, "") for n in searching.FIELDS}),
        why=visit.form.get("why", ""),
    )


def _perform(console: Console, act: Act) -> None:
    if act.verb is Verb.MARK_POSTED:
        console.runtime.marker.perform(act.id, act.who)
    else:
        opened = acts.Open(act.id, act.verb, act.who, act.why, act.undoes)
        console.runtime.performer.perform(opened, PATIENCE)


def _may_undo(act: Act) -> bool:
    undone = act.verb in (Verb.RETRY, Verb.SKIP)
    return undone and act.finished_at is not None and act.undone_by is None


def _act(conn: Connection, text: str) -> Act:
    number = searching.id_of(text)
    found = acts.find(conn, number) if number else None
    if found is None:
        raise not_found()
    return found
