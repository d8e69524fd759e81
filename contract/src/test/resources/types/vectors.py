#!/usr/bin/python3
"""Makes vectors.csv: numbers packed by Python, for RegisterTypesTest. Run it here: ./vectors.py > vectors.csv"""
import struct

FORMATS = {'u8': 'H', 's8': None, 'u16': 'H', 's16': 'h', 'u32': 'I', 's32': 'i', 'u64': 'Q', 's64': 'q',
           'f16': 'e', 'f32': 'f', 'f64': 'd', 'bits': 'H'}
NUMBERS = {
    'u8': [0, 7, 255], 's8': [0, 127, -128, -1], 'u16': [0, 1, 258, 65535], 's16': [-32768, -2, 32767],
    'u32': [1, 16909060, 4294967295], 's32': [-2147483648, -16909060, 2147483647],
    'u64': [72623859790382, 9007199254740991], 's64': [-9007199254740991, -1, 72623859790382],
    'f16': [0.0, 1.0, -2.0, 65504.0, 0.1, 12.3, 0.00006104, -12.5],
    'f32': [52.8, -12.5, 1e-20, 16777216.0, 3.4e38, -0.001], 'f64': [52.8, 1e300, -0.1, 123456.789],
    'bits': [0, 32769], 'u24': [0, 197637, 16777215], 's24': [-8388608, -1, 8388607],
    'u48': [1108152157446, 281474976710655], 's48': [-140737488355328, -1, 1108152157446],
    'bcd8': [0, 9, 42, 99], 'bcd16': [0, 1234, 9999], 'bcd24': [1, 123456, 999999], 'bcd32': [12345678, 99999999]}
ORDERS = {
    2: ['ab', 'ba'], 4: ['abcd', 'badc', 'cdab', 'dcba'], 6: ['abcdef', 'badcfe', 'efcdab', 'fedcba'],
    8: ['abcdefgh', 'badcfehg', 'cdabghef', 'dcbahgfe', 'efghabcd', 'fehgbadc', 'ghefcdab', 'hgfedcba']}


def packed(kind, number):
    if kind.startswith('bcd'):
        size = {'8': 2, '16': 2, '24': 4, '32': 4}[kind[3:]]
        return bytes.fromhex(str(number).rjust(2 * size, '0'))
    if kind in ('u24', 's24', 'u48', 's48'):
        size = 4 if kind.endswith('24') else 6
        return number.to_bytes(size, 'big', signed=kind[0] == 's')
    if kind == 's8':  # sign extended to its word
        return struct.pack('>h', number)
    return struct.pack('>' + FORMATS[kind], number)


print('type,order,words,value')
for kind, numbers in NUMBERS.items():
    for number in numbers:
        high_first = packed(kind, number)
        for order in ORDERS[len(high_first)]:
            wire = bytes(high_first[ord(letter) - ord('a')] for letter in order)
            words = ' '.join(wire[i:i + 2].hex().upper() for i in range(0, len(wire), 2))
            print(kind, order, words, repr(number), sep=',')
