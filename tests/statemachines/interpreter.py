"""Runs the part of Amazon States Language that our machines use; expressions go to the real JSONata.

Source: https://states-language.net (JSONata query language). What it does not know it refuses.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
JSONATA = ROOT / "node_modules/jsonata"

_EVALUATOR = """
const jsonata = require(process.argv[1]);
require('readline').createInterface({input: process.stdin}).on('line', async line => {
  const {expression, bindings} = JSON.parse(line);
  let answer;
  try {
    const value = await jsonata(expression).evaluate(null, bindings);
    answer = value === undefined ? {error: 'undefined: ' + expression} : {value};
  } catch (error) { answer = {error: error.message}; }
  console.log(JSON.stringify(answer));
});
"""

State = dict[str, Any]
Lambda = Callable[[dict[str, Any]], Any]


class QueryEvaluationError(Exception):
    """An expression failed or came to nothing, which AWS treats alike."""


class Jsonata:
    """The reference implementation of JSONata, in a Node process."""

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            ["node", "-e", _EVALUATOR, str(JSONATA)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._node:
            self._node.kill()

    def evaluate(self, expression: str, bindings: dict[str, Any]) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        print(json.dumps({"expression": expression, "bindings": bindings}), file=self._node.stdin, flush=True)
        answer = json.loads(self._node.stdout.readline())
        if "error" in answer:
            raise QueryEvaluationError(answer["error"])
        return answer["value"]


class Machine:
    """One state machine. ``functions`` are what its substitutions stand for; ``largest_input`` is in bytes."""

    def __init__(self, definition: State, jsonata: Jsonata, functions: dict[str, Lambda]) -> None:
        self._definition = definition
        self._jsonata = jsonata
        self._functions = functions
        self.visited: list[str] = []
        self.largest_input = 0

    def run(self, given: Any) -> Any:
        return self._run(self._definition, given, {})

    def _run(self, machine: State, given: Any, outer: dict[str, Any]) -> Any:
        name, variables = machine["StartAt"], dict(outer)
        while True:
            state = machine["States"][name]
            self.visited.append(name)
            self.largest_input = max(self.largest_input, len(json.dumps(given)))
            given, following = _KINDS[state["Type"]](self, state, given, variables)
            if following is None:
                return given
            name = following

    def _task(self, state: State, given: Any, variables: dict[str, Any]) -> tuple[Any, str | None]:
        assert state["Resource"] == "arn:aws:states:::lambda:invoke"
        arguments = self._resolve(state["Arguments"], variables, {"input": given})
        call = self._functions[arguments["FunctionName"].strip("${}")]
        self.largest_input = max(self.largest_input, len(json.dumps(arguments["Payload"])))
        result = {"Payload": self._attempt(state, lambda: call(json.loads(json.dumps(arguments["Payload"]))))}
        states = {"input": given, "result": result}
        output = self._resolve(state.get("Output", "{% $states.result %}"), variables, states)
        variables.update(self._resolve(state.get("Assign", {}), variables, states))
        return output, _next(state)

    def _attempt(self, state: State, call: Callable[[], Any]) -> Any:
        """Call until it goes well or the retrier for any error is used up."""
        retrier = next(retrier for retrier in state["Retry"] if retrier["ErrorEquals"] == ["States.ALL"])
        for left in range(retrier["MaxAttempts"], -1, -1):
            try:
                return call()
            except Exception:
                if left == 0:
                    raise
        raise AssertionError

    def _choice(self, state: State, given: Any, variables: dict[str, Any]) -> tuple[Any, str | None]:
        for rule in state["Choices"]:
            met = self._resolve(rule["Condition"], variables, {"input": given})
            if not isinstance(met, bool):
                raise QueryEvaluationError(rule["Condition"])
            if met:
                return given, rule["Next"]
        return given, state["Default"]

    def _parallel(self, state: State, given: Any, variables: dict[str, Any]) -> tuple[Any, str | None]:
        return [self._run(branch, given, variables) for branch in state["Branches"]], _next(state)

    def _map(self, state: State, given: Any, variables: dict[str, Any]) -> tuple[Any, str | None]:
        items = self._resolve(state["Items"], variables, {"input": given})
        assert isinstance(items, list), "Items must be an array"
        return [self._run(state["ItemProcessor"], item, variables) for item in items], _next(state)

    def _succeed(self, _state: State, given: Any, _variables: dict[str, Any]) -> tuple[Any, str | None]:
        return given, None

    def _resolve(self, template: Any, variables: dict[str, Any], states: dict[str, Any]) -> Any:
        if isinstance(template, dict):
            return {name: self._resolve(value, variables, states) for name, value in template.items()}
        if isinstance(template, list):
            return [self._resolve(value, variables, states) for value in template]
        if isinstance(template, str) and template.startswith("{%"):
            return self._jsonata.evaluate(template[2:-2].strip(), {**variables, "states": states})
        return template


def _next(state: State) -> str | None:
    return None if state.get("End") else state["Next"]


_KINDS: dict[str, Callable[[Machine, State, Any, dict[str, Any]], tuple[Any, str | None]]] = {
    "Task": Machine._task,
    "Choice": Machine._choice,
    "Parallel": Machine._parallel,
    "Map": Machine._map,
    "Succeed": Machine._succeed,
}
