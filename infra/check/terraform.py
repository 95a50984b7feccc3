"""Holds the Terraform modules to the CloudFormation templates, and to the schema of the AWS provider. Needs no network.

    python infra/check/terraform.py

The files are read, and held to the schema. Then terraform applies them in every way of deploying, with a stand-in for the
provider that has its schema, and each resource that comes out must be the one of the template.
"""

import base64
import functools
import hashlib
import json
import shutil
import subprocess
import sys

from cfnlint.decode.cfn_yaml import load as load_cfn

from deployed import PLACE, Deployed
from plain import FUNCTIONS, INFRA, build as build_plain, plain_json
from roles import HUB, MEMBER, MEMBER_ACCOUNT, WAYS
from terraform_apply import Failure, Workplace
from terraform_files import Module
from terraform_schema import Provider, snake
from terraform_template import ADDRESSES, OTHER_PLACE, expected, outputs

MODULES = ["", "documents", "member-role", "examples/one-account", "examples/organization"]
MEMBER_REQUIRED = {"TrustedRoleArn": HUB + "deactivate-stale", "OrganizationId": "o-abcdefghij"}
#: Variables that the templates do not have.
OWN_VARIABLES = {"": {"tags", "zips_directory"}, "member-role": {"tags"}}
#: Go's expressions count no further than 1000, so this pattern is written as a length and a pattern.
OTHER_PATTERNS = {("", "external_id"), ("member-role", "external_id")}
#: Arguments whose text is JSON.
DOCUMENTS = {"policy", "assume_role_policy", "event_pattern", "definition", "dashboard_body", "redrive_policy"}
#: Arguments that the template has no property for.
OWN_ARGUMENTS = {"id", "tags", "tags_all", "region", "statement_id", "source_code_hash"}
UNORDERED = {"Action", "Resource", "AWS", "aws:SourceArn", "aws:PrincipalArn", "aws:TagKeys", "ses:Recipients"}


@functools.cache
def build():
    return build_plain()


def ways():
    """Ways of deploying: those of the roles, one with nothing at its default, and one for an organization in a dry run."""
    other = {}
    for name, spec in build()["Parameters"].items():
        default = spec.get("Default")
        if "AllowedValues" in spec:
            other[name] = next(str(value) for value in reversed(spec["AllowedValues"]) if str(value) != str(default))
        elif spec["Type"] == "Number":
            other[name] = str(default + 1)
        else:
            other[name] = f"other-{snake(name).replace('_', '-')}"
    other.update({
        "Mode": "enforce", "UserPath": "/other/", "OrganizationId": "o-otherother", "TextTopic": "no", "Schedule": "rate(12 hours)",
        "MailDomains": "*.other.example.com", "MailFrom": "other@example.com", "MailAdmin": "other-admin@example.com", "SecretsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/other",
    })
    return {**WAYS, "everything-else": other, "organization-dry-run": {"OrganizationId": "o-abcdefghij", "MemberRoleName": "m", "CodePrefix": "1/"}}


def to_variables(template, parameters):
    numbers = {name for name, spec in template["Parameters"].items() if spec["Type"] == "Number"}
    return {snake(name): int(value) if name in numbers else value for name, value in parameters.items()}


def settled(value):
    """An argument without what was not set."""
    if isinstance(value, dict):
        inner = {name: settled(each) for name, each in value.items()}
        return {name: each for name, each in inner.items() if each is not None and each != [] and each != {}}
    if isinstance(value, list):
        return [settled(each) for each in value]
    return value


def document(value, name=""):
    """A JSON document, with lists that have no order in one order, and the statements of a policy by their names."""
    if isinstance(value, dict):
        return {key: document(each, key) for key, each in value.items()}
    if name == "Statement" and len({each.get("Sid") for each in value}) == len(value):
        return {str(each.get("Sid")): document(each) for each in value}
    if name in UNORDERED:
        return sorted(value) if isinstance(value, list) else [value]
    return [document(each) for each in value] if isinstance(value, list) else value


def arguments(values):
    """The arguments of a resource that were set, with their documents read."""
    documents = {name: values[name] for name in DOCUMENTS & set(values) if values[name] is not None}
    documents = {name: document(json.loads(each) if isinstance(each, str) else each) for name, each in documents.items()}
    return {**settled({name: value for name, value in values.items() if name not in documents}), **documents}


def differences(path, wanted, found):
    """Where two values differ, each with its path."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in sorted(set(wanted) | set(found)):
            if name not in found:
                yield f"{path}.{name} is missing; the template has {wanted[name]!r}"
            elif name not in wanted:
                yield f"{path}.{name} is {found[name]!r}; the template has none"
            else:
                yield from differences(f"{path}.{name}", wanted[name], found[name])
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (left, right) in enumerate(zip(wanted, found)):
            yield from differences(f"{path}[{index}]", left, right)
    elif wanted != found and str(wanted) != str(found):
        yield f"{path} is {found!r}; the template has {wanted!r}"


class Check:
    """Findings and counts."""

    def __init__(self):
        self.findings = []

    def part(self, text, findings):
        for finding in findings:
            print(finding)
        self.findings.extend(findings)
        print(f"{text}, {len(findings)} findings")

    def compare(self, way, template, resources, found_outputs):
        """Findings about one deployment, and how many values were compared."""
        wanted, findings = expected(template)
        compared = 0
        for address in sorted(set(wanted) | set(resources)):
            if address not in resources:
                findings.append(f"{address} is missing")
            elif address not in wanted:
                findings.append(f"{address} is not in the template")
            else:
                left, right = arguments(wanted[address]), arguments(resources[address])
                computed = set(right) - set(left) - self.settable(address)
                right = {name: value for name, value in right.items() if name not in OWN_ARGUMENTS | computed}
                compared += len(left)
                findings.extend(differences(address, left, right))
        wanted_outputs = {snake(name): value for name, value in outputs(template).items()}
        findings.extend(differences("output", wanted_outputs, found_outputs))
        return [f"{way}: {finding}" for finding in findings], compared + len(wanted_outputs)

    def settable(self, address):
        """The arguments that can be set, and so must be in the template when they are set here."""
        schema = self.provider.schema("resource", address.split(".")[0])
        return {name for name, each in schema["attributes"].items() if each["settable"]} | set(schema["blocks"])

    # ---- The parts ---------------------------------------------------------------------------------------------------

    def files(self):
        self.provider = Provider()
        modules = {name: Module(INFRA / "terraform" / name, name or "root") for name in MODULES}
        children = {path.resolve(): module for path, module in ((module.folder, module) for module in modules.values())}
        counts = {"arguments": 0, "references": 0}
        findings = []
        for module in modules.values():
            findings.extend(module.check(self.provider, children, counts))
        self.modules = modules
        findings.extend(f"documents: {address} is a resource; this module decides, and makes nothing" for address in modules["documents"].resources)
        blocks = sum(len(module.resources) + len(module.data) for module in modules.values())
        self.part(
            f"terraform files: {blocks} resources and data sources with {counts['arguments']} arguments held to provider "
            f"{self.provider.release}, {counts['references']} references resolved", findings,
        )

    def variables(self):
        findings, count = [], 0
        for name, template in {"": build(), "member-role": member()}.items():
            declared = self.modules[name].variables
            parameters = {snake(parameter): spec for parameter, spec in template["Parameters"].items()}
            for variable in sorted(set(parameters) ^ (set(declared) - OWN_VARIABLES[name])):
                findings.append(f"{name or 'root'}: the variable {variable} is on one side only")
            for variable in sorted(set(parameters) & set(declared)):
                count += 1
                spec, own = parameters[variable], declared[variable]
                wanted = {"type": "number" if spec["Type"] == "Number" else "string", "description": spec["Description"], "nullable": False}
                if "Default" in spec:
                    wanted["default"] = spec["Default"]
                if variable == "code_bucket":
                    wanted["default"] = ""
                found = {key: value for key, value in own.items() if key != "validation"}
                findings.extend(differences(f"{name or 'root'}: variable {variable}", wanted, found))
                conditions = " ".join(own["validation"])
                texts = [f'"{value}"' if wanted["type"] == "string" else str(value) for value in spec.get("AllowedValues", [])]
                texts += [str(spec[bound]) for bound in ("MinValue", "MaxValue", "MinLength", "MaxLength") if bound in spec]
                if "AllowedPattern" in spec and (name, variable) not in OTHER_PATTERNS:
                    texts.append(json.dumps(spec["AllowedPattern"]))
                findings.extend(f"{name or 'root'}: variable {variable}: no validation names {text}" for text in texts if text not in conditions)
        self.part(f"terraform variables: {count} held to the parameters of the templates", findings)

    def applied(self):
        resources = {each.type for module in self.modules.values() for each in module.resources.values()}
        data = {each.type for module in self.modules.values() for each in module.data.values()}
        hub, member_template = build(), member()
        findings, deployments, compared = [], 0, 0
        try:
            with Workplace(self.provider, resources, data, PLACE) as workplace:
                workplace.init("")
                workplace.must("", "validate", "-no-color")
                for example in ("examples/one-account", "examples/organization"):
                    workplace.init(example)
                    workplace.example(example)
                for way, parameters in ways().items():
                    parameters = {"CodeBucket": "releases", **parameters}
                    made = workplace.apply("", to_variables(hub, parameters))
                    more, values = self.compare(way, Deployed(hub, parameters), *made)
                    findings, deployments, compared = findings + more, deployments + 1, compared + values
                findings.extend(self.zips(workplace))
                refusals, more = self.refusals(workplace, "", hub)
                findings.extend(more)
            with Workplace(self.provider, resources, data, OTHER_PLACE) as workplace:
                workplace.init("")
                parameters = {"CodeBucket": "releases", **WAYS["everything"], "Name": "another"}
                made = workplace.apply("", to_variables(hub, parameters))
                more, values = self.compare("elsewhere", Deployed(hub, parameters, place=OTHER_PLACE), *made)
                findings, deployments, compared = findings + more, deployments + 1, compared + values
            with Workplace(self.provider, resources, data, {**PLACE, "account": MEMBER_ACCOUNT}) as workplace:
                workplace.init("member-role")
                workplace.must("member-role", "validate", "-no-color")
                extra = {"ExternalId": "x/1", "RoleName": "other-member", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/b", "UserPath": "/a/"}
                more_ways = {
                    "member-everything": {**MEMBER["member"], **extra},
                    "member-dry-run-with-rotations": {"TrustedRotationRoleArn": HUB + "rotate-key"},
                }
                for way, parameters in {**MEMBER, **more_ways}.items():
                    parameters = {**MEMBER_REQUIRED, **parameters}
                    template = Deployed(member_template, parameters, MEMBER_ACCOUNT)
                    more, values = self.compare(way, template, *workplace.apply("member-role", to_variables(member_template, parameters)))
                    findings, deployments, compared = findings + more, deployments + 1, compared + values
                refused, more = self.refusals(workplace, "member-role", member_template)
                findings.extend(more)
        except Failure as failure:
            self.part("terraform apply: ended early", findings + [" ".join(str(failure).split())])
            return
        self.part(
            f"terraform apply: {compared} arguments and outputs of {deployments} ways of deploying held to the templates, "
            f"{refusals + refused} wrong values refused", findings,
        )

    def zips(self, workplace):
        """With the zips in a folder, the functions are the same but for where their code is."""
        resources, _ = workplace.apply("", {"zips_directory": str(workplace.zips)})
        for name, binary in FUNCTIONS.items():
            found = resources.get(f"aws_lambda_function.{ADDRESSES[name]}")
            if found is None:
                continue
            path = workplace.zips / f"{binary}-arm64.zip"
            code = {"filename": str(path), "source_code_hash": base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()}
            keys = ("filename", "source_code_hash", "s3_bucket", "s3_key")
            yield from differences(f"zips: {binary}", code, {key: found[key] for key in keys if found.get(key) is not None})

    def refusals(self, workplace, module, template):
        """How many wrong values were refused, and findings about those that were not."""
        required = to_variables(template, MEMBER_REQUIRED) if module else {"code_bucket": "releases"}
        low, high = {}, {}
        for name, spec in template["Parameters"].items():
            if "AllowedValues" in spec:
                low[snake(name)] = 31 if spec["Type"] == "Number" else "other"
            if "MinValue" in spec:
                low[snake(name)], high[snake(name)] = spec["MinValue"] - 1, spec["MaxValue"] + 1
            if "MinLength" in spec:
                low[snake(name)], high[snake(name)] = "", "x" * (spec["MaxLength"] + 1)
            if "AllowedPattern" in spec:
                low[snake(name)] = "bad value"
        # Terraform does not look at a variable whose validation names another that was refused.
        alone = {name: low.pop(name) for name in ("organization_id", "text_topic") if name in low}
        mail = {name: low.pop(name) for name in ("mail_from",) if name in low}
        trials = [(low, set(low)), (high, set(high)), (alone, set(alone)), (mail, set(mail))]
        trials += [({"external_id": text}, {"external_id"}) for text in ("x", "x" * 1225)]
        if not module:
            trials += [
                ({"mail_from": "a@example.com", "mail_admin": "b@example.com"}, {"mail_from"}),
                ({"mail_from": "a@example.com", "mail_domains": "example.com"}, {"mail_from"}),
                ({"text_topic": "no"}, {"text_topic"}),
                ({"organization_id": "o-abcdefghij"}, {"organization_id"}),
                ({"zips_directory": "zips"}, {"zips_directory"}),
                ({"code_bucket": ""}, {"zips_directory"}),
                ({"name": "x" * 29}, {"name"}),
                ({"max_actions": 1.5}, {"max_actions"}),
            ]
        findings, count = [], 0
        for values, wanted in trials:
            refused = workplace.refused(module, {**required, **values})
            count += len(wanted)
            findings.extend(f"{module or 'root'}: {values.get(name)!r} for {name} is not refused" for name in sorted(wanted - set(refused)))
            findings.extend(f"{module or 'root'}: {name} is refused: {refused[name]}" for name in sorted(set(refused) - wanted))
        return count, findings


def member():
    return plain_json(load_cfn(str(INFRA / "member-role.yaml")))


def main():
    check = Check()
    terraform = shutil.which("terraform")
    if terraform:
        done = subprocess.run([terraform, "fmt", "-check", "-recursive", str(INFRA / "terraform")], capture_output=True, text=True)
        check.part("terraform fmt: all files", [f"not formatted: {line}" for line in done.stdout.splitlines()])
    check.files()
    check.variables()
    if terraform:
        check.applied()
    else:
        print("terraform fmt, terraform apply: skipped, because there is no terraform on the PATH")
    return 1 if check.findings else 0


if __name__ == "__main__":
    sys.exit(main())
