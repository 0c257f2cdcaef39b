"""What a mutant is: one small change of a module, as a tired programmer would make it.

Changed are comparisons (other way round, boundary), `and`/`or`/`not`, conditions, constants, arithmetic, statements
(left out, `return` without its value, `break`/`continue`) and lists of codes (one left out). Left alone is what no test
can or should hold: annotations, decorators, docstrings, assertions (they never fail), texts for people (`N_`, `say`,
f-strings, what a developer reads in an exception), `__all__`, `Literal`, `zip(strict=...)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Comparisons: the boundary first, then the other way round.
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
#: Calls whose texts are for people, or for the type checker.
WORDS = {"N_", "say", "say_err", "translate", "TypeVar", "NewType", "cast"}


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        path: of the module, from the top of the project.
        scope: the outermost function (`Class.method`), "" outside functions.
        line: where, in the module as it is.
        before: what stands there.
        after: what the mutant has instead.
        node: which node of the tree (in the order of `ast.walk`), and `variant`: which change of it.
        statement: the first line of the statement that it is in.
    """

    path: str
    scope: str
    line: int
    before: str
    after: str
    node: int
    variant: int
    statement: str

    @property
    def name(self) -> str:
        """As reports and the list of equivalent mutants write it; holds no line number, for those move."""
        inside = "" if self.before == self.statement else f" in {self.statement}"
        return f"{self.path}:{self.scope}: {self.before} => {self.after}{inside}"


@dataclass(frozen=True)
class _Place:
    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    scope: str
    number: int
    statement: str


def mutants(path: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    found = []
    for place in _places(ast.parse(source)):
        before = _text(place.node)
        for variant, made in enumerate(_variants(place)):
            if (after := _text(made)) != before:
                line = getattr(place.node, "lineno", 0)
                found.append(Mutant(path, place.scope, line, before, after, place.number, variant, place.statement))
    return sorted(found, key=lambda m: (m.line, m.node, m.variant))


def mutated(source: str, mutant: Mutant) -> str:
    """The module's text with the mutant in it."""
    tree = ast.parse(source)
    place = next(p for p in _places(tree) if p.number == mutant.node)
    made = list(_variants(place))[mutant.variant]
    if place.index is None:
        setattr(place.parent, place.field, made)
    else:
        getattr(place.parent, place.field)[place.index] = made
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _text(node: ast.AST) -> str:
    whole = ast.unparse(ast.fix_missing_locations(node)).split("\n")
    return whole[0] + (" ..." if len(whole) > 1 else "")


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Nodes that may be changed, with where they hang."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}

    def below(parent: ast.AST, scope: str, statement: str, *, function: bool) -> Iterator[_Place]:
        for field, value in ast.iter_fields(parent):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if not isinstance(node, ast.AST) or _left_alone(node, parent, field):
                    continue
                inner, inside = scope, function
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not function:
                    inner, inside = f"{scope}.{node.name}".lstrip("."), not isinstance(node, ast.ClassDef)
                at = statement if not isinstance(node, ast.stmt) else _text(node)
                yield _Place(node, parent, field, index, scope if function else "", numbers[id(node)], at)
                yield from below(node, inner, at, function=inside)

    yield from below(tree, "", "", function=False)


def _left_alone(node: ast.AST, parent: ast.AST, field: str) -> bool:
    if field in {"annotation", "returns", "decorator_list", "bases", "keywords"} and not isinstance(parent, ast.Call):
        return True
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom | ast.expr_context):
        return True
    if isinstance(node, ast.Constant) and isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDS:
        return True
    if isinstance(node, ast.Constant) and isinstance(parent, ast.Call) and _text(parent.func).endswith("Error"):
        return True
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return True
    if isinstance(node, ast.If) and _text(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Assign) and _text(node.targets[0]) == "__all__":
        return True
    if isinstance(node, ast.Subscript) and _text(node.value) == "Literal":
        return True
    if isinstance(parent, ast.Raise) and isinstance(node, ast.Call) and field == "exc":
        return all(isinstance(a, ast.Constant | ast.JoinedStr) for a in node.args) and not node.keywords
    return False


def _variants(place: _Place) -> Iterator[ast.AST]:
    """Every change of one node."""
    for kind, change in _CHANGES:
        if isinstance(place.node, kind):
            yield from change(place)
    if place.field in {"test", "ifs"}:
        yield from _turned(place)


def _turned(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    alone = isinstance(node, ast.Compare) and len(node.ops) == 1
    if isinstance(node, ast.expr) and not alone and not isinstance(node, ast.UnaryOp | ast.Constant):
        yield ast.UnaryOp(ast.Not(), node)


def _compared(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    assert isinstance(node, ast.Compare)
    for i, op in enumerate(node.ops):
        for other in COMPARED[type(op)]:
            yield ast.Compare(node.left, [*node.ops[:i], other(), *node.ops[i + 1 :]], node.comparators)


def _joined(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    assert isinstance(node, ast.BoolOp)
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _signed(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node.operand


def _constant(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    assert isinstance(node, ast.Constant)
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, str):
        yield ast.Constant("" if value else "XX")
    elif isinstance(value, bytes):
        yield ast.Constant(b"" if value else b"XX")


def _reckoned(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    if isinstance(node, ast.BinOp) and type(node.op) in RECKONED:
        yield ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign):
        if type(node.op) in RECKONED:
            yield ast.AugAssign(node.target, RECKONED[type(node.op)](), node.value)
        yield ast.Pass()


def _dropped(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
        return
    yield ast.Pass()


def _returned(place: _Place) -> Iterator[ast.AST]:
    """Without its value; `None` for `False` means the same, and True has a mutant of its own."""
    node = place.node
    assert isinstance(node, ast.Return)
    if node.value is not None and not (
        isinstance(node.value, ast.Constant) and node.value.value in {None, True, False}
    ):
        yield ast.Return(ast.Constant(None))


def _left(place: _Place) -> Iterator[ast.AST]:
    yield ast.Continue() if isinstance(place.node, ast.Break) else ast.Break()


def _codes(place: _Place) -> Iterator[ast.AST]:
    """A list of codes, or of exceptions that are caught, with one left out."""
    node = place.node
    assert isinstance(node, ast.Set | ast.Tuple | ast.List)
    caught = isinstance(place.parent, ast.ExceptHandler)
    if place.field in {"targets", "target", "slice"} or len(node.elts) < 2:
        return
    if caught or all(_code(element) for element in node.elts):
        for i in range(len(node.elts)):
            rest = [*node.elts[:i], *node.elts[i + 1 :]]
            yield ast.Set(rest) if isinstance(node, ast.Set) else type(node)(rest, node.ctx)


def _code(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.Attribute) or (isinstance(node, ast.Constant) and isinstance(node.value, str | int))


def _keys(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    assert isinstance(node, ast.Dict)
    if len(node.keys) > 1 and all(isinstance(key, ast.Constant) for key in node.keys):
        for i in range(len(node.keys)):
            yield ast.Dict([*node.keys[:i], *node.keys[i + 1 :]], [*node.values[:i], *node.values[i + 1 :]])


_CHANGES: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[[_Place], Iterator[ast.AST]]], ...] = (
    (ast.Compare, _compared),
    (ast.BoolOp, _joined),
    (ast.UnaryOp, _signed),
    (ast.Constant, _constant),
    ((ast.BinOp, ast.AugAssign), _reckoned),
    ((ast.Expr, ast.Assign, ast.Raise, ast.Delete), _dropped),
    (ast.Return, _returned),
    ((ast.Break, ast.Continue), _left),
    ((ast.Set, ast.Tuple, ast.List), _codes),
    (ast.Dict, _keys),
)
