"""A provider for Terraform that has the AWS provider's schema, and keeps in memory what it is told to create.

With it, `terraform apply` works without AWS: the configuration is validated against the real schema, evaluated, ordered and
"created". Attributes that only AWS knows are filled with the ARNs and ids that AWS would give.

It speaks version 5 of Terraform's plugin protocol, of which it needs a few messages; those are written and read here by hand.
"""

import json
import threading
from concurrent import futures

import grpc
import msgpack

UNKNOWN = msgpack.ExtType(0, b"\x00")
LIST, SINGLE = 2, 1


# ---- Protocol buffers ------------------------------------------------------------------------------------------------


def varint(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def message(*fields):
    """A message of fields (number, value); what is None or False is left out."""
    out = b""
    for number, value in fields:
        if value is None or value is False:
            continue
        if isinstance(value, int):
            out += varint(number << 3) + varint(int(value))
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def read_varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def fields(data):
    """The last value of each field of a message, by its number."""
    found, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            found[key >> 3], at = read_varint(data, at)
        else:
            length, at = read_varint(data, at)
            found[key >> 3], at = data[at : at + length], at + length
    return found


def packed(value):
    return message((1, msgpack.packb(value)))


def unpacked(data):
    return msgpack.unpackb(fields(data)[1], strict_map_key=False)


# ---- The schema ------------------------------------------------------------------------------------------------------


def block_message(schema):
    parts = []
    for name, each in schema["attributes"].items():
        settable, required = each["settable"], each["required"]
        parts.append((2, message(
            (1, name), (2, json.dumps(each["type"])), (4, required), (5, settable and not required), (6, not settable or not required),
        )))
    for name, each in schema["blocks"].items():
        nesting = SINGLE if each["single"] else LIST
        parts.append((3, message(
            (1, name), (2, block_message(each["schema"])), (3, nesting),
            (4, 1 if each["required"] and nesting == LIST else None), (5, None if each["many"] or nesting == SINGLE else 1),
        )))
    return message(*parts)


def schema_message(schema):
    return message((2, block_message(schema)))


# ---- The provider ----------------------------------------------------------------------------------------------------


class Service(grpc.GenericRpcHandler):
    """Answers Terraform's calls."""

    def __init__(self, provider, resources, data, names):
        self.schemas = {("resource", name): provider.schema("resource", name) for name in resources}
        self.schemas.update({("data", name): provider.schema("data", name) for name in data})
        self.configuration = provider.configuration()
        self.names = names

    def service(self, call):
        method = call.method.rsplit("/", 1)[1]
        if not call.method.startswith("/tfplugin5.Provider/") or not hasattr(self, method):
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: getattr(self, method)(fields(request)))

    def GetSchema(self, request):
        parts = [(1, schema_message(self.configuration))]
        for (kind, name), schema in self.schemas.items():
            parts.append((2 if kind == "resource" else 3, message((1, name), (2, schema_message(schema)))))
        return message(*parts)

    def PrepareProviderConfig(self, request):
        return message((1, request[1]))

    def Configure(self, request):
        return b""

    ValidateResourceTypeConfig = ValidateDataSourceConfig = Stop = Configure

    def UpgradeResourceState(self, request):
        return message((1, packed(json.loads(fields(request[3])[1]))))

    def ReadResource(self, request):
        return message((1, request[2]))

    def PlanResourceChange(self, request):
        planned = unpacked(request[3])
        if planned is not None and unpacked(request[2]) is None:
            type_name = request[1].decode()
            given = self.names(type_name, planned)
            for name, each in self.schemas["resource", type_name]["attributes"].items():
                if planned.get(name) is None and (not each["settable"] or name in given):
                    planned[name] = UNKNOWN
        return message((1, packed(planned)), (5, True))

    def ApplyResourceChange(self, request):
        name, state = request[1].decode(), unpacked(request[3])
        if state is not None:
            self.fill(("resource", name), state)
        return message((1, packed(state)), (4, True))

    def ReadDataSource(self, request):
        name, state = request[1].decode(), unpacked(request[2])
        self.fill(("data", name), state)
        return message((1, packed(state)))

    def fill(self, key, state):
        """Gives values to the attributes that AWS would give values to."""
        own = self.names(key[1], state)
        for name, each in self.schemas[key]["attributes"].items():
            if state.get(name) == UNKNOWN or (state.get(name) is None and name in own):
                state[name] = own.get(name)


class Server:
    """The provider, listening on a socket of this machine while it is entered; gives the environment for Terraform."""

    def __init__(self, service, address):
        self.server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[service])
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.address = address

    def __enter__(self):
        self.server.start()
        place = {"Network": "tcp", "String": f"127.0.0.1:{self.port}"}
        attachment = {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": 1, "Test": True, "Addr": place}
        return {"TF_REATTACH_PROVIDERS": json.dumps({self.address: attachment})}

    def __exit__(self, *_):
        self.server.stop(None).wait()
