"""Writes what each task came to, one JSON object a line, to the file that PARITY_RESULTS names."""

import json
import os

from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results_callback
type: stdout
short_description: results as JSON lines
description: Results as JSON lines, for comparison.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "results_callback"

    def _tell(self, kind, result, item=False, ignored=False):
        task = result._task
        found = dict(result._result)
        line = {
            "kind": kind,
            "host": result._host.get_name(),
            "task": task.name or "",
            "action": task.action,
            "handler": isinstance(task, Handler),
            "file": os.path.abspath(str(task.get_path()).rsplit(":", 1)[0]),
            "loop": task.loop is not None,
            "ignored": bool(ignored),
            "result": found,
        }
        if item:
            line["item"] = found.get("_ansible_item_label", found.get(found.get("ansible_loop_var", "item")))
        with open(os.environ["PARITY_RESULTS"], "a", encoding="utf-8") as results:
            results.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._tell("changed" if result._result.get("changed") else "ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._tell("failed", result, ignored=ignore_errors)

    def v2_runner_on_skipped(self, result):
        self._tell("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._tell("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self._tell("changed" if result._result.get("changed") else "ok", result, item=True)

    def v2_runner_item_on_failed(self, result):
        self._tell("failed", result, item=True)

    def v2_runner_item_on_skipped(self, result):
        self._tell("skipped", result, item=True)
