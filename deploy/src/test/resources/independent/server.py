"""A device of its own: pymodbus on the wire, numbers and words by arithmetic that is not ours.

Usage: server.py SEED LIST.csv UNIT LIST.csv UNIT [LIST.csv:ADDRESS=FORM ...]
A FORM takes the place of the row's type where the device file understands the words differently.
First it says on which ports it listens, as [{"tcp": PORT, "rtu": PORT}].
Then it reads one order a line, answers each with one line of JSON, a list of one element:
  rows LIST                  the addresses of the list
  serve LIST ADDRESS CASE    shows the words of a case and says what they mean; null without such a case
  settings LIST ADDRESS      numbers to write with the words they must become, and numbers to refuse
  written LIST               writes since the last such order, as [function, address, words]
"""

import asyncio
import csv
import json
import os
import random
import re
import struct
import sys
from decimal import Decimal, getcontext

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

getcontext().prec = 200

# Bits of each part, lowest part first.
PARTS = {
    "u8 pair": [("u", 8), ("u", 8)],
    "s8 pair": [("s", 8), ("s", 8)],
    "u8 u1 u2": [("u", 8), ("u", 1), ("u", 2)],
}
INTEGER = re.compile(r"([us])(16|32|64)( negated)?( absent (\d+))?")
GREATEST_FLOAT = (2 - 2.0**-23) * 2.0**127


class Memory(ModbusSlaveContext):
    """Holding registers that remember who wrote what."""

    def __init__(self):
        super().__init__(hr=ModbusSequentialDataBlock(0, [0] * 0x10000), zero_mode=True)
        self.written = []

    def setValues(self, fc_as_hex, address, values):
        self.written.append([fc_as_hex, address, list(values)])
        super().setValues(fc_as_hex, address, values)

    def show(self, address, words):
        super().setValues(3, address, list(words))


class Row:
    def __init__(self, columns, form, dice):
        self.columns = columns
        self.form = form or columns["type"]
        self.count = int(columns["words"])
        self.scale = Decimal(columns["scale"] or "1")
        self.low_first = columns.get("word_order") == "low word first"
        self.dice = dice
        self.integer = INTEGER.fullmatch(self.form)
        self.absent = None
        if self.integer:
            self.signed = self.integer[1] == "s"
            self.negated = bool(self.integer[3])
            note = re.search(r"raw (-?\d+) means not connected", columns.get("notes") or "")
            told = self.integer[5] or (note and note[1])
            self.absent = int(told) if told else None

    def type_limits(self):
        return limits(self.integer[1], int(self.integer[2]))

    def limits(self):
        """What the list allows to be written, as raw numbers."""
        least, greatest = self.columns.get("min"), self.columns.get("max")
        if least and greatest:
            return int(least), int(greatest)
        return self.type_limits()

    def case(self, name):
        """Words and meanings of a case, or None."""
        if self.integer:
            return self.integer_case(name)
        if self.form == "f32":
            return self.float_case(name)
        if self.form in PARTS:
            return self.parts_case(name)
        if self.form == "ascii":
            return self.text_case(name)
        if self.form == "bytes":
            return self.bytes_case(name)
        raise ValueError(self.form)

    def integer_case(self, name):
        least, greatest = self.type_limits()
        bounded = bool(self.columns.get("min"))
        raw = {
            "least": least,
            "greatest": greatest,
            "lower bound": self.limits()[0] if bounded else None,
            "upper bound": self.limits()[1] if bounded else None,
            # Without a sign the words of -1 are those of the greatest number.
            "minus one": -1 if self.signed else greatest,
            "zero": 0,
            "sentinel": self.absent,
            "random": self.dice.randint(least, greatest),
        }[name]
        return None if raw is None else (self.integer_words(raw), [self.meaning(raw)])

    def meaning(self, raw):
        if raw == self.absent:
            return {"reason": "SENSOR_ABSENT"}
        scaled = raw * self.scale
        return number(-scaled if self.negated else scaled)

    def integer_words(self, raw):
        return self.ordered(raw.to_bytes(2 * self.count, "big", signed=raw < 0))

    def ordered(self, data):
        words = list(struct.unpack(f">{self.count}H", data))
        return words[::-1] if self.low_first else words

    def float_case(self, name):
        value = {
            "least": -GREATEST_FLOAT,
            "greatest": GREATEST_FLOAT,
            "minus one": -1.0,
            "zero": 0.0,
            "sentinel": float("nan"),
            "random": self.dice.uniform(-1000, 1000),
        }.get(name)
        if value is None:
            return None
        data = struct.pack(">f", value)
        if value != value:
            return self.ordered(data), [{"reason": "NOT_A_NUMBER"}]
        return self.ordered(data), [number(Decimal(shortest(data)) * self.scale)]

    def parts_case(self, name):
        numbers, word, shift = [], 0, 0
        for sign, bits in PARTS[self.form]:
            least, greatest = limits(sign, bits)
            part = {
                "least": least,
                "greatest": greatest,
                "minus one": -1 if sign == "s" else greatest,
                "zero": 0,
                "random": self.dice.randint(least, greatest),
            }.get(name)
            if part is None:
                return None
            numbers.append(number(Decimal(part)))
            word += part % 2**bits * 2**shift
            shift += bits
        return [word], numbers

    def text_case(self, name):
        size = 2 * self.count
        any_text = "".join(chr(self.dice.randint(0x21, 0x7E)) for _ in range(size - 1))
        text = {"least": "!", "greatest": "~" * size, "zero": "", "random": any_text}.get(name)
        if text is None:
            return None
        return self.ordered(text.encode("ascii").ljust(size, b"\0")), [{"text": text}]

    def bytes_case(self, name):
        size = 2 * self.count
        any_bytes = bytes(self.dice.randint(0, 255) for _ in range(size))
        data = {
            "least": bytes(size),
            "greatest": b"\xff" * size,
            "minus one": b"\xff" * size,
            "zero": bytes(size),
            "random": any_bytes,
        }.get(name)
        return None if data is None else (self.ordered(data), [{"text": data.hex()}])

    def settings(self):
        if not self.integer:
            word, parts = self.case("random")
            return {"write": [], "refuse": [part["number"] for part in parts]}
        least, greatest = self.limits()
        tried = [least, greatest, -1, 0, self.dice.randint(least, greatest)]
        return {
            "write": [
                [self.meaning(raw)["number"], self.integer_words(raw)]
                for raw in tried
                if least <= raw <= greatest
            ],
            "refuse": [self.meaning(raw)["number"] for raw in (least - 1, greatest + 1)],
        }


def limits(sign, bits):
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if sign == "s" else (0, 2**bits - 1)


def number(value):
    return {"number": format(value, "f")}


def shortest(data):
    """The fewest digits that make these four bytes."""
    (value,) = struct.unpack(">f", data)
    for digits in range(2, 18):
        text = f"{value:.{digits}g}"
        try:
            if struct.pack(">f", float(text)) == data:
                return text
        except OverflowError:
            pass  # rounded up beyond the greatest float: take a digit more
    raise ValueError(value)


class Device:
    def __init__(self, path, forms, dice):
        self.memory = Memory()
        with open(path, encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row.get("map", "revD") == "revD"]
        self.rows = {int(row["address"]): row for row in rows}
        unknown = set(forms) - set(self.rows)
        if unknown:
            raise SystemExit(f"{path} has no rows {sorted(unknown)}")
        self.rows = {at: Row(row, forms.get(at), dice) for at, row in self.rows.items()}

    def perform(self, verb, arguments):
        if verb == "rows":
            return list(self.rows)
        if verb == "written":
            told, self.memory.written = self.memory.written, []
            return told
        row = self.rows[int(arguments[0])]
        if verb == "settings":
            return row.settings()
        case = row.case(" ".join(arguments[1:]))
        if case is None:
            return None
        self.memory.show(int(arguments[0]), case[0])
        return {"words": case[0], "expected": case[1]}


async def listen(context, framer):
    server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", 0))
    running = asyncio.ensure_future(server.serve_forever())
    await asyncio.wait([running, server.serving], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    return running, server.server.sockets[0].getsockname()[1]


def devices_of(arguments):
    dice = random.Random(int(arguments[0]))
    forms = {}
    for argument in arguments[5:]:
        place, form = argument.split("=", 1)
        name, address = place.split(":")
        forms.setdefault(name, {})[int(address)] = form
    units, devices = {}, {}
    for path, unit in zip(arguments[1:5:2], arguments[2:5:2]):
        name = os.path.basename(path)
        devices[name] = Device(path, forms.get(name, {}), dice)
        units[int(unit)] = devices[name].memory
    return units, devices


def say(answer):
    print(json.dumps([answer]), flush=True)


async def main(arguments):
    units, devices = devices_of(arguments)
    context = ModbusServerContext(slaves=units, single=False)
    _tcp, tcp_port = await listen(context, ModbusSocketFramer)
    _rtu, rtu_port = await listen(context, ModbusRtuFramer)
    say({"tcp": tcp_port, "rtu": rtu_port})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        verb, name, *rest = line.split()
        say(devices[name].perform(verb, rest))
    os._exit(0)  # the servers would go on


asyncio.run(main(sys.argv[1:]))
