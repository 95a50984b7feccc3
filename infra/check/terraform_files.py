"""The files of one Terraform module: parsed, held to the provider's schema, and every reference in them resolved."""

import re
from pathlib import Path
from types import SimpleNamespace

import hcl2

META = {"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"}
CALL = {"source", "version", "providers", "count", "for_each", "depends_on"}
REFERENCE = re.compile(r"(?<![\w.])(var|local|module|data|each|self|aws_\w+)((?:\.\w+|\[[^\[\]]*\])+)")
KEPT_BY_THE_PARSER = ("__is_block__", "__comments__", "__inline_comments__")


def unquoted(text):
    return text[1:-1] if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"' else text


def plain(value):
    """A parsed value without what the parser adds."""
    if isinstance(value, dict):
        return {unquoted(key): plain(each) for key, each in value.items() if key not in KEPT_BY_THE_PARSER}
    return [plain(each) for each in value] if isinstance(value, list) else value


def is_block(value):
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "__is_block__" in each for each in value)


def code(text):
    """An expression without the texts in quotes; what is interpolated in them stays."""
    out, modes, at = [], ["code"], 0
    while at < len(text):
        two, one = text[at : at + 2], text[at]
        if modes[-1] == "text":
            if two in ("${", "%{"):
                modes.append("inner")
                out.append(" ( ")
                at += 1
            elif one == "\\":
                at += 1
            elif one == '"':
                modes.pop()
        elif one == '"':
            modes.append("text")
        elif one == "{":
            modes.append("braces")
            out.append(one)
        elif one == "}" and len(modes) > 1:
            out.append(" ) " if modes.pop() == "inner" else one)
        else:
            out.append(one)
        at += 1
    return "".join(out)


def texts(value):
    """Every text in a parsed value."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in KEPT_BY_THE_PARSER:
                yield key
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def references(value):
    """Every reference in a parsed value: what it starts with, and its names. An index that is given is an empty name."""

    def scan(text):
        for found in REFERENCE.finditer(text):
            names = re.findall(r"\.(\w+)|(\[)", found[2])
            yield found[1], [name for name, _ in names]
            for inner in re.findall(r"\[([^\[\]]*)\]", found[2]):
                yield from scan(inner)

    for text in texts(value):
        yield from scan(code(text))


class Module:
    """One folder of .tf files."""

    def __init__(self, folder, name):
        self.folder, self.name = Path(folder), name
        self.variables, self.locals, self.outputs, self.calls = {}, {}, {}, {}
        self.resources, self.data, self.providers, self.everything = {}, {}, [], []
        for path in sorted(self.folder.glob("*.tf")):
            with open(path) as file:
                self.read(hcl2.load(file))
        self.variables = {name: self.variable(body) for name, body in self.variables.items()}

    def read(self, parsed):
        for kind, blocks in parsed.items():
            for block in blocks if kind not in KEPT_BY_THE_PARSER else []:
                if kind == "locals":
                    self.locals.update({name: value for name, value in block.items() if name not in KEPT_BY_THE_PARSER})
                elif kind in ("resource", "data"):
                    ((type_name, named),) = block.items()
                    ((name, body),) = named.items()
                    kept = SimpleNamespace(type=unquoted(type_name), name=unquoted(name), body=body)
                    (self.resources if kind == "resource" else self.data)[f"{kept.type}.{kept.name}"] = kept
                elif kind == "provider":
                    self.providers.append(next(iter(block.values())))
                elif kind == "terraform":
                    continue
                else:
                    ((name, body),) = block.items()
                    {"output": self.outputs, "module": self.calls, "variable": self.variables}[kind][unquoted(name)] = body
                self.everything.append((kind, block))

    def variable(self, body):
        found = {key: unquoted(value) for key, value in plain(body).items()}
        found["validation"] = [each["condition"] for each in found.get("validation", [])]
        return found

    # ---- Checks ------------------------------------------------------------------------------------------------------

    def check(self, provider, children, counts):
        """Findings; adds to the counts."""
        findings = []
        for kind, resources in (("resource", self.resources), ("data", self.data)):
            for address, resource in resources.items():
                schema = provider.schema(kind, resource.type)
                if schema is None:
                    findings.append(f"{address}: the provider has no {kind} {resource.type}")
                    continue
                findings.extend(self.block(address, resource.body, schema, counts, META))
                if kind == "resource" and "tags" in schema["attributes"] and resource.body.get("tags") != "${var.tags}":
                    findings.append(f"{address}: it takes tags, and does not get them")
        for body in self.providers:
            findings.extend(self.block("provider", body, provider.configuration(), counts, {"alias"}))
        findings.extend(self.resolve(provider, children, counts))
        return [f"{self.name}: {finding}" for finding in findings]

    def block(self, path, body, schema, counts, meta=frozenset()):
        """One level held to the schema."""
        given = {}
        for name, value in body.items():
            if name in KEPT_BY_THE_PARSER or name in meta:
                continue
            if name == "dynamic":
                for each in value:
                    ((inner, dynamic),) = each.items()
                    given.setdefault(unquoted(inner), []).extend(dynamic["content"])
            else:
                given[name] = value
        for name, value in given.items():
            counts["arguments"] += 1
            if name in schema["blocks"]:
                if not is_block(value):
                    yield f"{path}.{name} is a block, not an argument"
                    continue
                if len(value) > 1 and not schema["blocks"][name]["many"]:
                    yield f"{path}.{name} is there {len(value)} times, and may be there once"
                for each in value:
                    yield from self.block(f"{path}.{name}", each, schema["blocks"][name]["schema"], counts)
            elif not schema["attributes"].get(name, {}).get("settable"):
                yield f"{path}.{name} is no argument of the provider"
            elif is_block(value):
                yield f"{path}.{name} is an argument, not a block"
        for kind in ("attributes", "blocks"):
            for name, each in schema[kind].items():
                if each["required"] and name not in given:
                    yield f"{path}.{name} is required"

    def resolve(self, provider, children, counts):
        used = set()
        for kind, block in self.everything:
            repeated = kind == "resource" and any("for_each" in body for named in block.values() for body in named.values())
            for start, names in references(block):
                counts["references"] += 1
                problem = self.problem(provider, children, start, names, repeated)
                if problem:
                    yield f"{start}.{'.'.join(name or '[]' for name in names)}: {problem}"
                if kind != "variable":
                    used.add((start, names[0]))
                if start == "module" and len(names) > 1:
                    used.add((names[0], names[1]))
        yield from (f"the variable {name} is not used" for name in self.variables if ("var", name) not in used)
        yield from (f"the local {name} is not used" for name in self.locals if ("local", name) not in used)
        for name, body in self.calls.items():
            child = self.child(children, name)
            if child is None:
                yield f"module.{name}: there is no module in {unquoted(body['source'])}"
                continue
            given = {key for key in body if key not in KEPT_BY_THE_PARSER} - CALL
            yield from (f"module.{name}: it has no variable {key}" for key in sorted(given - set(child.variables)))
            required = {key for key, variable in child.variables.items() if "default" not in variable}
            yield from (f"module.{name}: its variable {key} is required" for key in sorted(required - given))
            if child.folder.parent == self.folder and child.folder.name == "documents":
                yield from (f"module.{name}: its output {key} is not used" for key in child.outputs if (name, key) not in used)

    def child(self, children, name):
        return children.get((self.folder / unquoted(self.calls[name]["source"])).resolve())

    def problem(self, provider, children, start, names, repeated):
        """Why a reference leads nowhere, or nothing."""
        if start == "each":
            return None if repeated and names[0] in ("key", "value") else "there is no for_each"
        if start == "var":
            return None if names[0] in self.variables else "there is no such variable"
        if start == "local":
            return None if names[0] in self.locals else "there is no such local"
        if start == "module":
            if names[0] not in self.calls:
                return "there is no such module"
            child = self.child(children, names[0])
            return None if child and len(names) > 1 and names[1] in child.outputs else "the module has no such output"
        kind, type_name, rest = ("data", names[0], names[1:]) if start == "data" else ("resource", start, names)
        resource = (self.data if kind == "data" else self.resources).get(f"{type_name}.{rest[0] if rest else ''}")
        if resource is None:
            return f"there is no such {kind}"
        attributes = rest[1:]
        several = "count" in resource.body or "for_each" in resource.body
        if attributes and several != (attributes[0] == ""):
            return "it has several instances, so an index is needed" if several else "it has one instance, so there is no index"
        attributes = [name for name in attributes if name]
        schema = provider.schema(kind, type_name)
        if schema and attributes and attributes[0] not in schema["attributes"] and attributes[0] not in schema["blocks"]:
            return "the provider has no such attribute"
        return None
