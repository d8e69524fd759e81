"""Evaluates Home Assistant's value templates with Jinja, the engine Home Assistant uses.

Reads JSON lines {"template": ..., "payload": ...}, prints the state of each as a JSON string. A payload
that is a number stands for what a person has set, in a template of a command.
"""

import json
import sys

import jinja2

ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined)

for line in sys.stdin:
    case = json.loads(line)
    words = {"value": case["payload"]}
    try:
        words["value_json"] = json.loads(case["payload"])
    except (ValueError, TypeError):
        pass  # no JSON, or a number that a person has set
    try:
        state = ENVIRONMENT.from_string(case["template"]).render(words)
    except jinja2.UndefinedError as error:
        state = "undefined: " + str(error)
    print(json.dumps(state), flush=True)
