"""Load the trained model, after checking that it is the one that train.py recorded."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain

_REGEX_HANDLER = "run_RegexMessageHandler"


class WrongModel(Exception):
    """The model file is not the one whose SHA-256 was recorded when it was trained."""


class DirectRunner(GraphRunner):
    """Runs the nodes of a graph one after another: the order is worked out once.

    Rasa's own runner rebuilds and schedules the graph with dask at every prediction and prints
    its inputs, a whole tracker, into a debug message that nobody reads.
    """

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        """Keep the schema and its nodes."""
        self._schema = schema
        self._nodes = nodes
        self._orders: dict[str, list[str]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> "DirectRunner":
        """Make every node of the schema, as Rasa's runner does."""
        nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def run(
        self,
        inputs: dict[str, Any] | None = None,
        targets: list[str] | None = None,
    ) -> dict[str, Any]:
        """Return the output of each target."""
        done: dict[str, Any] = dict(inputs or {})
        wanted = targets or self._schema.target_names
        for target in wanted:
            for name in self._order(target):
                if name not in done:
                    needs = self._schema.nodes[name].needs.values()
                    done[name] = self._nodes[name](*((n, done[n]) for n in needs))[1]
        return {target: done[target] for target in wanted}

    def before(self, target: str) -> str:
        """Return the one node that feeds the target its messages."""
        feeder: str = self._schema.nodes[target].needs["messages"]
        return feeder

    def _order(self, target: str) -> list[str]:
        if target not in self._orders:
            order: list[str] = []
            self._visit(target, order)
            self._orders[target] = order
        return self._orders[target]

    def _visit(self, name: str, order: list[str]) -> None:
        if name in order or name not in self._schema.nodes:
            return
        for need in self._schema.nodes[name].needs.values():
            self._visit(need, order)
        order.append(name)


@dataclass(frozen=True)
class Model:
    """A loaded model: its graph, its domain, what to run for NLU and for the next action."""

    fingerprint: str
    runner: DirectRunner
    domain: Domain
    nlu_target: str
    core_target: str


def fingerprint(path: Path) -> str:
    """Return "sha256:…" of the model file."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def load_model(path: Path) -> Model:
    """Check the file against the SHA-256 beside it (`.sha256`), then load it.

    A Rasa model file is code, so it is checked before it is opened. Raises WrongModel.
    """
    found = fingerprint(path)
    if found != recorded(path):
        raise WrongModel("the model file is not the one that was trained: train again")
    with TemporaryDirectory() as folder:
        meta, runner = load_predict_graph_runner(
            Path(folder), path, LocalModelStorage, DirectRunner
        )
    if not isinstance(runner, DirectRunner) or not (meta.nlu_target and meta.core_target):
        raise WrongModel("the model lacks its NLU or its policies")
    nlu_target = _before_regex(runner, meta.nlu_target)
    return Model(found, runner, meta.domain, nlu_target, meta.core_target)


def recorded(path: Path) -> str:
    """Return the fingerprint that train.py wrote beside the model."""
    try:
        return record_of(path).read_text("ascii").strip()
    except OSError:
        raise WrongModel("there is no record of the model: train it first") from None


def record_of(path: Path) -> Path:
    """Return the path of the record that belongs to a model file."""
    return path.with_name(path.name.split(".", 1)[0] + ".sha256")


def _before_regex(runner: DirectRunner, target: str) -> str:
    """Leave out the last node, which turns a typed "/intent{…}" into that intent."""
    return runner.before(target) if target == _REGEX_HANDLER else target
