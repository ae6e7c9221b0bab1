"""header, records = read("runs/x/events.lmt"); a record is (seconds, node name, kind name, {field: value})."""
import json
import struct

CODES = {"u8": "B", "u16": "H", "i16": "h", "u32": "I", "u64": "Q"}


def read(path):
    with open(path, "rb") as file:
        header, data = json.loads(file.readline()), file.read()
    kinds, names = {kind["id"]: kind for kind in header["kinds"]}, header["nodes"]

    def records(at=0):
        while at < len(data):
            time, node, kind, length = struct.unpack_from("<QIHH", data, at)
            at, end, values = at + 16, at + 16 + length, {}
            for field in kinds[kind]["fields"]:
                if field["type"] == "text":  # always the last field: the rest of the payload
                    values[field["name"]] = data[at:end].decode()
                else:
                    values[field["name"]], = struct.unpack_from("<" + CODES[field["type"]], data, at)
                    at += struct.calcsize(CODES[field["type"]])
            yield time / 1e9, names[node] if node < len(names) else "", kinds[kind]["name"], values
            at = end
    return header, records()
