"""Judges Home Assistant discovery messages, knowing nothing of the product: JSON lines in, faults out.

discovery_check.py CLASSES: reads {"topic": ..., "payload": ..., "retained": ...}, prints "topic: fault" lines.
"""

import json
import re
import sys

LEVEL = re.compile(r"[a-zA-Z0-9_-]+")
ENTITY = re.compile(r"[a-z_]+\.[a-z0-9_-]+")
COMMON = {
    "name", "unique_id", "default_entity_id", "device", "origin", "icon", "enabled_by_default", "entity_category",
    "availability", "availability_mode", "availability_template", "availability_topic", "payload_available",
    "payload_not_available", "json_attributes_topic", "json_attributes_template", "qos", "encoding",
}
KEYS = {
    "sensor": COMMON | {
        "state_topic", "value_template", "unit_of_measurement", "device_class", "state_class", "expire_after",
        "force_update", "options", "last_reset_value_template", "suggested_display_precision",
    },
    "binary_sensor": COMMON | {
        "state_topic", "value_template", "device_class", "expire_after", "off_delay", "force_update", "payload_on",
        "payload_off",
    },
    "button": COMMON | {"command_topic", "command_template", "payload_press", "device_class", "retain"},
    "number": COMMON | {
        "state_topic", "value_template", "command_topic", "command_template", "unit_of_measurement", "device_class",
        "min", "max", "step", "mode", "optimistic", "retain",
    },
}
DEVICE = {
    "identifiers", "connections", "name", "manufacturer", "model", "model_id", "hw_version", "sw_version",
    "serial_number", "suggested_area", "configuration_url", "via_device",
}
SHARED = {
    "availability", "availability_mode", "availability_template", "availability_topic", "payload_available",
    "payload_not_available", "state_topic", "command_topic", "qos", "encoding",
}
ORIGIN = {"name", "sw_version", "support_url"}
classes = json.load(open(sys.argv[1], encoding="utf-8"))
owners = {}
devices = {}


def once(kind, value, topic):
    """What may be given to one entity only."""
    other = owners.setdefault((kind, value), topic)
    if other != topic:
        yield f"{kind} {value} is that of {other} too"


def topics_of(config):
    for key, value in config.items():
        if key.endswith("_topic"):
            yield key, value
    availability = config.get("availability", [])
    for entry in availability if isinstance(availability, list) else [availability]:
        yield "availability topic", entry.get("topic")


def sensor(config):
    kind, unit, state_class = (config.get(key) for key in ("device_class", "unit_of_measurement", "state_class"))
    if "state_topic" not in config:
        yield "state_topic missing"
    if kind is not None and kind not in classes:
        yield f"device_class {kind} unknown"
    elif kind is not None:
        if unit not in classes[kind]["units"]:
            yield f"unit {unit} not of device_class {kind}"
        if state_class is not None and state_class not in classes[kind]["state_classes"]:
            yield f"state_class {state_class} not of device_class {kind}"
    if state_class not in (None, "measurement", "measurement_angle", "total", "total_increasing"):
        yield f"state_class {state_class} unknown"
    if unit is not None and state_class is None:
        yield f"unit {unit} without state_class: no statistics"
    if unit is not None and "\u00b5" in unit:
        yield f"unit {unit} with the micro sign U+00B5"
    if kind == "energy" and state_class == "measurement":
        yield "device_class energy cannot be measurement"
    if "options" in config and (kind != "enum" or not config["options"] or unit or state_class):
        yield "options belong to device_class enum alone"
    if "last_reset_value_template" in config and state_class != "total":
        yield "last_reset_value_template without state_class total"
    if config.get("entity_category") == "config":
        yield "entity_category config is not for a sensor"


def button(config):
    if "command_topic" not in config:
        yield "command_topic missing"
    if config.get("retain"):
        yield "retain: a kept command comes again at each connect"


def number(config):
    yield from button(config)
    least, most, step = (config.get(key, usual) for key, usual in (("min", 1), ("max", 100), ("step", 1)))
    if not all(isinstance(each, (int, float)) for each in (least, most, step)):
        yield f"min {least}, max {most}, step {step} are not all numbers"
    elif not least < most:
        yield f"min {least} is not below max {most}"
    elif step < 0.001:
        yield f"step {step} is less than 0.001"
    kind, unit = config.get("device_class"), config.get("unit_of_measurement")
    if kind is not None and unit not in classes.get(kind, {"units": []})["units"]:
        yield f"unit {unit} not of device_class {kind}"
    if config.get("mode", "auto") not in ("auto", "box", "slider"):
        yield f"mode {config['mode']} unknown"
    if "state_topic" not in config:
        yield "state_topic missing: it would show the wish, not what holds"


def entity(component, config, topic):
    for key in sorted(config.keys() - KEYS[component]):
        yield f"{key} is dropped without a word"
    for key in ("unique_id", "device"):
        if key not in config:
            yield f"{key} missing"
    identity = config.get("default_entity_id")
    if identity is not None and not (ENTITY.fullmatch(identity) and identity.startswith(component + ".")):
        yield f"default_entity_id {identity} is no {component}"
    yield from once(f"unique_id of a {component}", config.get("unique_id"), topic)
    if identity is not None:
        yield from once("default_entity_id", identity, topic)
    device = config.get("device", {})
    for key in sorted(device.keys() - DEVICE):
        yield f"device.{key} refuses the whole message"
    if not device.get("identifiers") and not device.get("connections"):
        yield "device without identifiers"
    if device != devices.setdefault(str(device.get("identifiers")), device):
        yield "device described in two ways"
    name = config.get("name")
    if name and device.get("name") and name.lower().startswith(device["name"].lower()):
        yield f"name {name} repeats that of its device"
    if not any(key in config for key in ("availability", "availability_topic", "expire_after")):
        yield "availability missing"
    if isinstance(config.get("availability"), list) and len(config["availability"]) > 1:
        if config.get("availability_mode") != "all":
            yield "availability_mode is not all"
    if config.get("entity_category") not in (None, "diagnostic", "config"):
        yield f"entity_category {config['entity_category']} unknown"
    for key, value in topics_of(config):
        if not value or "#" in value or "+" in value or "{" in value:
            yield f"{key} {value} is no topic"
    for key, value in config.items():
        if key.endswith("_template") and (value.count("{{") != value.count("}}") or "{{" not in value):
            yield f"{key} {value} is no template"
    yield from {
        "sensor": sensor, "button": button, "number": number, "binary_sensor": lambda other: ()
    }[component](config)


def whole_device(message, topic):
    """A device with all its entities in one message."""
    for key in sorted(message.keys() - SHARED - {"device", "origin", "components"}):
        yield f"{key} refuses the whole message"
    for key in ("device", "origin", "components"):
        if not message.get(key):
            yield f"{key} missing"
    for key in sorted(message.get("origin", {}).keys() - ORIGIN):
        yield f"origin.{key} refuses the whole message"
    if "name" not in message.get("origin", {}):
        yield "origin without name"
    shared = {key: value for key, value in message.items() if key in SHARED}
    for key, component in message.get("components", {}).items():
        platform = component.get("platform")
        if platform not in KEYS:
            yield f"{key}: platform {platform} not known here"
            continue
        own = {name: value for name, value in component.items() if name != "platform"}
        if "device" in own:
            yield f"{key}: device belongs to the message"
        if own:
            config = {**shared, **own, "device": message.get("device", {})}
            for fault in entity(platform, config, f"{topic} {key}"):
                yield f"{key}: {fault}"


def faults(message):
    topic = message["topic"]
    levels = topic.split("/")
    if len(levels) not in (4, 5) or levels[-1] != "config" or not all(map(LEVEL.fullmatch, levels)):
        yield "not a discovery topic"
        return
    if levels[1] not in KEYS and levels[1] != "device":
        yield f"component {levels[1]} not known here"
        return
    if not message["retained"]:
        yield "not retained: gone after a restart of Home Assistant"
    try:
        config = json.loads(message["payload"])
    except ValueError:
        yield "not JSON"
        return
    if levels[1] == "device":
        yield from whole_device(config, topic)
    else:
        yield from entity(levels[1], config, topic)


for line in sys.stdin:
    message = json.loads(line)
    for fault in faults(message):
        print(f"{message['topic']}: {fault}")
