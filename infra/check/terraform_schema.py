"""The schema of the AWS provider of Terraform, read from the bindings that the package cdktf-cdktf-provider-aws holds.

Its type assembly names every argument, block and attribute of the provider's resources and data sources, which are required,
and which are blocks. The package is only read; nothing of it is imported.
"""

import importlib.util
import json
import re
import tarfile
from pathlib import Path

PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool"}
BLOCK = re.compile(r"^\w+ block\.?$")
LINK = re.compile(r"\w+#(\w+)\}")
RELEASE = re.compile(r"hashicorp/aws/([0-9.]+)/docs")


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel(name):
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


class Provider:
    """The resources and data sources of the provider."""

    def __init__(self):
        package = importlib.util.find_spec("cdktf_cdktf_provider_aws").submodule_search_locations[0]
        (archive,) = (Path(package) / "_jsii").glob("*.tgz")
        with tarfile.open(archive) as files:
            self.types = json.load(files.extractfile("package/.jsii"))["types"]
        self.release = RELEASE.search(json.dumps(self.types["@cdktf/provider-aws.lambdaFunction.LambdaFunctionConfig"]))[1]
        self.known = {}

    def schema(self, kind, name):
        """The schema of `resource` or `data` of that name, or None if there is none."""
        if (kind, name) not in self.known:
            self.known[kind, name] = self.read(kind, name)
        return self.known[kind, name]

    def configuration(self):
        """The schema of the provider block."""
        schema = self.block("@cdktf/provider-aws.provider.AwsProviderConfig")
        schema["attributes"].pop("alias")
        return schema

    def read(self, kind, name):
        words = name.removeprefix("aws_")
        words = f"data_aws_{words}" if kind == "data" else words
        module = camel(words)
        # The bindings add an A where the name of a block would be the same.
        for ending in ("", "A"):
            type_name = f"@cdktf/provider-aws.{module}.{module[0].upper()}{module[1:]}{ending}"
            if f"{type_name}Config" in self.types:
                break
        else:
            return None
        schema = self.block(f"{type_name}Config")
        own = {p["name"] for p in self.types[type_name].get("properties", [])}
        for each in self.types[type_name].get("properties", []):
            name = snake(each["name"])
            settable = name in schema["attributes"] or name in schema["blocks"]
            if each.get("static") or settable or (each["name"].endswith("Input") and each["name"].removesuffix("Input") in own):
                continue
            schema["attributes"][name] = {"type": self.type(each["type"]), "required": False, "settable": False}
        return schema

    def block(self, type_name):
        """The arguments and the nested blocks of one level."""
        schema = {"attributes": {}, "blocks": {}}
        for each in self.types[type_name].get("properties", []):
            docs = each.get("docs", {})
            text = docs.get("summary", "") + " " + docs.get("remarks", "")
            link = LINK.search(text)
            name = link[1] if link else snake(each["name"])
            required = not each.get("optional", False)
            inner, many = self.inner(each["type"])
            if inner and BLOCK.match(docs.get("summary", "")):
                schema["blocks"][name] = {"schema": self.block(inner), "many": many, "required": required, "single": name == "timeouts"}
            else:
                schema["attributes"][name] = {"type": self.type(each["type"]), "required": required, "settable": True}
        return schema

    def inner(self, spec):
        """The struct that a type is, or is a list of, and whether it is a list."""
        for choice in spec.get("union", {}).get("types", [spec]):
            many = "collection" in choice
            element = choice["collection"]["elementtype"] if many else choice
            for one in element.get("union", {}).get("types", [element]):
                if one.get("fqn", "").startswith("@cdktf/provider-aws."):
                    return one["fqn"], many
        return None, False

    def type(self, spec):
        """A type as Terraform writes it in JSON."""
        if "primitive" in spec:
            return PRIMITIVES.get(spec["primitive"], "string")
        if "collection" in spec:
            kind = "map" if spec["collection"]["kind"] == "map" else "list"
            return [kind, self.type(spec["collection"]["elementtype"])]
        for choice in spec.get("union", {}).get("types", []):
            if choice.get("fqn") != "cdktf.IResolvable":
                return self.type(choice)
        name = spec.get("fqn", "")
        if name in ("cdktf.IResolvable", "cdktf.BooleanMap"):
            return "bool" if name == "cdktf.IResolvable" else ["map", "bool"]
        if name.startswith("cdktf."):
            return ["map", "string"] if name.endswith("Map") else "string"
        base = re.sub(r"(OutputReference|List|Map)$", "", name)
        members = self.block(base) if base in self.types else {"attributes": {}, "blocks": {}}
        object_type = ["object", {member: each["type"] for member, each in members["attributes"].items()}]
        return ["list", object_type] if name.endswith(("List", "OutputReference")) else object_type
