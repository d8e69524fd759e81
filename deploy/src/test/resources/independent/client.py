"""A Modbus TCP client that shares nothing with ours: pymodbus.

Usage: client.py PORT
Reads one order a line, answers each with one line of JSON:
  read TABLE UNIT ADDRESS COUNT    list of words or bits, or "exception N"
  write KIND UNIT ADDRESS NUMBER   "ok" or "exception N"; KIND: register, registers, coil, coils, mask
"""

import json
import sys

from pymodbus.client import ModbusTcpClient


def outcome(answer):
    code = getattr(answer, "exception_code", None)
    return f"exception {code}" if code else str(answer)


def read(client, table, unit, address, count):
    ask = {
        "holding": client.read_holding_registers,
        "input": client.read_input_registers,
        "coil": client.read_coils,
        "discrete": client.read_discrete_inputs,
    }[table]
    answer = ask(address, count, slave=unit)
    if answer.isError():
        return outcome(answer)
    return answer.registers if table in ("holding", "input") else answer.bits[:count]


def write(client, kind, unit, address, number):
    if kind == "register":
        answer = client.write_register(address, number, slave=unit)
    elif kind == "registers":
        answer = client.write_registers(address, [number, number], slave=unit)
    elif kind == "coil":
        answer = client.write_coil(address, bool(number), slave=unit)
    elif kind == "coils":
        answer = client.write_coils(address, [bool(number)] * 3, slave=unit)
    else:
        answer = client.mask_write_register(address, 0xFFFF, number, slave=unit)
    return outcome(answer) if answer.isError() else "ok"


def main(port):
    client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
    if not client.connect():
        raise SystemExit(f"no connection to port {port}")
    for line in sys.stdin:
        verb, kind, *numbers = line.split()
        order = {"read": read, "write": write}[verb]
        print(json.dumps([order(client, kind, *map(int, numbers))]), flush=True)


main(int(sys.argv[1]))
