"""A Modbus server that shares nothing with the client under test: pymodbus or libmodbus.

Usage: server.py KIND [DEVICE BAUD]
KIND is pymodbus-tcp, pymodbus-rtu+tcp, pymodbus-ascii+tcp, pymodbus-udp, pymodbus-rtu, pymodbus-ascii,
libmodbus-tcp or libmodbus-rtu; the serial ones take a device and a baud rate.
Unit 17 answers; each table has the addresses 0..2999.
First it says where it listens, as [PORT] or [null].
Then it reads one order a line and answers each with one line of JSON, a list of one element:
  set TABLE ADDRESS VALUE...   TABLE is coil, discrete, holding or input
  get TABLE ADDRESS COUNT
"""

import asyncio
import ctypes
import json
import logging
import os
import socket
import sys
import threading

UNIT = 17
SIZE = 3000
TABLES = ("coil", "discrete", "holding", "input")
# Objects too long for one answer together, and one with bytes that are no text.
IDENTITY = {0: "Voltbus", 1: "independent", 2: "3.0", 4: "p" * 40, 0x80: "x" * 200, 0x81: "y" * 150, 0xFF: b"\x00\xff"}


class Pymodbus:
    def __init__(self, kind, arguments):
        from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
        from pymodbus.device import ModbusDeviceIdentification

        blocks = {name: ModbusSequentialDataBlock(0, [0] * SIZE) for name in ("co", "di", "hr", "ir")}
        self.slave = ModbusSlaveContext(zero_mode=True, **blocks)
        self.context = ModbusServerContext(slaves={UNIT: self.slave}, single=False)
        self.identity = ModbusDeviceIdentification(info=IDENTITY)
        self.kind = kind
        self.arguments = arguments

    def start(self):
        told = []
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(told, ready)), daemon=True).start()
        ready.wait()
        return told[0]

    async def serve(self, told, ready):
        from pymodbus.server import async_io
        from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

        framing, _, medium = self.kind.partition("+")
        framer = {"rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}.get(framing, ModbusSocketFramer)
        common = {"framer": framer, "identity": self.identity}
        if self.arguments:
            device, baud = self.arguments
            server = async_io.ModbusSerialServer(
                self.context, port=device, baudrate=int(baud), stopbits=1, parity="N", **common
            )
            await server.start()
            told.append(None)
            ready.set()
            await server.serve_forever()
            return
        kind = async_io.ModbusUdpServer if self.kind == "udp" else async_io.ModbusTcpServer
        server = kind(self.context, address=("127.0.0.1", 0), **common)
        running = asyncio.ensure_future(server.serve_forever())
        await asyncio.wait([running, server.serving], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        if self.kind == "udp":
            told.append(server.protocol.get_extra_info("sockname")[1])
        else:
            told.append(server.server.sockets[0].getsockname()[1])
        ready.set()
        await running

    def set(self, table, address, values):
        self.slave.setValues({"coil": 1, "discrete": 2, "holding": 3, "input": 4}[table], address, values)

    def get(self, table, address, count):
        function = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}[table]
        return [int(value) for value in self.slave.getValues(function, address, count)]


class Mapping(ctypes.Structure):
    """modbus_mapping_t of libmodbus 3.1 (modbus.h)."""

    _fields_ = [
        (name, ctypes.c_int)
        for name in (
            "nb_bits",
            "start_bits",
            "nb_input_bits",
            "start_input_bits",
            "nb_input_registers",
            "start_input_registers",
            "nb_registers",
            "start_registers",
        )
    ] + [
        ("coil", ctypes.POINTER(ctypes.c_uint8)),
        ("discrete", ctypes.POINTER(ctypes.c_uint8)),
        ("input", ctypes.POINTER(ctypes.c_uint16)),
        ("holding", ctypes.POINTER(ctypes.c_uint16)),
    ]


class Libmodbus:
    def __init__(self, kind, arguments):
        self.lib = ctypes.CDLL("libmodbus.so.5", use_errno=True)
        self.lib.modbus_new_tcp.restype = ctypes.c_void_p
        self.lib.modbus_new_rtu.restype = ctypes.c_void_p
        self.lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
        self.mapping = self.lib.modbus_mapping_new(SIZE, SIZE, SIZE, SIZE)
        self.arguments = arguments

    def start(self):
        if self.arguments:
            device, baud = self.arguments
            self.bus = ctypes.c_void_p(
                self.lib.modbus_new_rtu(device.encode(), int(baud), ctypes.c_char(b"N"), 8, 1)
            )
            self.lib.modbus_set_slave(self.bus, UNIT)
            self.check(self.lib.modbus_connect(self.bus))
            threading.Thread(target=self.serve_line, daemon=True).start()
            return None
        self.bus = ctypes.c_void_p(self.lib.modbus_new_tcp(b"127.0.0.1", 0))
        self.listener = self.check(self.lib.modbus_tcp_listen(self.bus, 8))
        threading.Thread(target=self.serve_connections, daemon=True).start()
        with socket.socket(fileno=os.dup(self.listener)) as listener:
            return listener.getsockname()[1]

    @staticmethod
    def check(result):
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result

    def serve_connections(self):
        listener = ctypes.c_int(self.listener)
        while self.lib.modbus_tcp_accept(self.bus, ctypes.byref(listener)) >= 0:
            while self.serve_request() >= 0:
                pass
            self.lib.modbus_close(self.bus)

    def serve_line(self):
        while True:
            if self.serve_request() < 0:
                self.lib.modbus_flush(self.bus)

    def serve_request(self):
        query = (ctypes.c_uint8 * 260)()
        length = self.lib.modbus_receive(self.bus, query)
        return self.lib.modbus_reply(self.bus, query, length, self.mapping) if length > 0 else length

    def set(self, table, address, values):
        for offset, value in enumerate(values):
            getattr(self.mapping.contents, table)[address + offset] = value

    def get(self, table, address, count):
        return getattr(self.mapping.contents, table)[address : address + count]


def say(answer):
    print(json.dumps([answer]), flush=True)


def main():
    logging.disable(logging.ERROR)  # pymodbus logs the refusals that are asked for
    library, _, kind = sys.argv[1].partition("-")
    server = {"pymodbus": Pymodbus, "libmodbus": Libmodbus}[library](kind, sys.argv[2:])
    say(server.start())
    for line in sys.stdin:
        verb, table, address, *rest = line.split()
        numbers = [int(each) for each in rest]
        if verb == "set":
            say(server.set(table, int(address), numbers))
        else:
            say(server.get(table, int(address), numbers[0]))
    os._exit(0)  # the servers would go on


main()
