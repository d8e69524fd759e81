"""A second opinion on the simulated devices: pymodbus on the wire, arithmetic of its own.

Usage: client.py LIST.csv UNIT PORT [LIST.csv UNIT PORT ...]
Reads one order a line, answers each with one line of JSON:
  read LIST ADDRESS                   the row's values as a list of texts
  write LIST ADDRESS FUNCTION NUMBER  "ok" or "exception N"; NUMBER is in the unit of the list
  poke LIST ADDRESS FUNCTION          the same with words of zero
"""

import csv
import json
import os
import struct
import sys
from decimal import Decimal, getcontext

from pymodbus.client import ModbusTcpClient

getcontext().prec = 200


class Device:
    def __init__(self, path, unit, port):
        self.unit = unit
        self.client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
        if not self.client.connect():
            raise SystemExit(f"no connection to port {port}")
        with open(path, encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row.get("map", "revD") == "revD"]
        self.rows = {int(row["address"]): row for row in rows}

    def read(self, address):
        row = self.rows[address]
        answer = self.client.read_holding_registers(address, int(row["words"]), slave=self.unit)
        if answer.isError():
            return outcome(answer)
        return decode(row, answer.registers)

    def write(self, address, function, words):
        if function == 6:
            answer = self.client.write_register(address, words[0], slave=self.unit)
        elif function == 16:
            answer = self.client.write_registers(address, words, slave=self.unit)
        elif function == 23:
            answer = self.client.readwrite_registers(
                read_address=address,
                read_count=len(words),
                write_address=address,
                write_registers=words,
                unit=self.unit,
            )
            if not answer.isError() and answer.registers != words:
                return f"wrote {words}, read {answer.registers}"
        return outcome(answer)


def outcome(answer):
    if not answer.isError():
        return "ok"
    code = getattr(answer, "exception_code", None)
    return f"exception {code}" if code else str(answer)


def packed(row, words):
    """The bytes of a number, most significant first."""
    ordered = reversed(words) if row.get("word_order") == "low word first" else words
    return b"".join(struct.pack(">H", word) for word in ordered)


def decode(row, words):
    kind = row["type"]
    if kind in ("u16", "s16"):
        code = ">h" if kind == "s16" else ">H"
        numbers = [struct.unpack(code, struct.pack(">H", word))[0] for word in words]
    elif kind == "u32":
        numbers = struct.unpack(">I", packed(row, words))
    elif kind == "u64":
        numbers = struct.unpack(">Q", packed(row, words))
    elif kind == "f32":
        numbers = struct.unpack(">f", packed(row, words))
    elif kind == "s8 pair":
        numbers = reversed(struct.unpack(">bb", packed(row, words)))
    elif kind == "u8 pair":
        numbers = reversed(struct.unpack(">BB", packed(row, words)))
    elif kind == "ascii":
        return [packed(row, words).rstrip(b"\0").decode("ascii")]
    elif kind == "bytes":
        return [packed(row, words).hex()]
    elif kind == "u24+u8 x 49":
        return [event(words[i], words[i + 1]) for i in range(0, len(words), 2)]
    else:
        raise ValueError(kind)
    scale = Decimal(row["scale"] or "1")
    return [format(Decimal(number) * scale, "f") for number in numbers]


def event(first, second):
    seconds = first + 65536 * (second % 256)
    return f"{second // 256}@{seconds}"


def encode(row, number):
    raw = Decimal(number) / Decimal(row["scale"] or "1")
    if raw != int(raw):
        raise ValueError(f"{number} is no step of {row['scale']}")
    count = int(row["words"])
    data = int(raw).to_bytes(2 * count, "big", signed=row["type"].startswith("s"))
    words = list(struct.unpack(f">{count}H", data))
    return words[::-1] if row.get("word_order") == "low word first" else words


def perform(devices, order):
    verb, name, address, *rest = order
    device = devices[name]
    address = int(address)
    if verb == "read":
        return device.read(address)
    row = device.rows[address]
    if verb == "poke":
        return device.write(address, int(rest[0]), [0] * int(row["words"]))
    return device.write(address, int(rest[0]), encode(row, rest[1]))


def main(arguments):
    devices = {
        os.path.basename(path): Device(path, int(unit), int(port))
        for path, unit, port in zip(arguments[::3], arguments[1::3], arguments[2::3])
    }
    for line in sys.stdin:
        print(json.dumps([perform(devices, line.split())]), flush=True)


main(sys.argv[1:])
