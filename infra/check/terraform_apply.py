"""Applies copies of the Terraform modules with the stand-in for the provider; nothing is left in the repository.

What reaches `parameters` must be what the user set, and nothing for null; what a template refuses, a variable must refuse.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import plain
import terraform
from terraform_provider import Server, Service
from terraform_schema import Provider

PROVIDER = "registry.terraform.io/hashicorp/aws"
RESOURCES = ["aws_s3_object", "aws_cloudformation_stack", "aws_cloudformation_stack_set", "aws_cloudformation_stack_set_instance"]
OWN = {"bucket": "releases", "release_directory": "release"}
MEMBER = "modules/member-roles"
REQUIRED = {"trusted_role_arn": "arn:aws:iam::123456789012:role/keysteward-deactivate-stale", "organization_id": "o-abcdefghij"}
#: Values for parameters whose pattern allows little, where the default would say nothing.
SAMPLES = {
    "MailFrom": "a@example.com", "MailAdmin": "b@example.com", "MailDomains": "example.com", "OrganizationId": "o-abcdefghij", "ExternalId": "an:external/id",
    "TrustedRoleArn": REQUIRED["trusted_role_arn"], "TrustedRotationRoleArn": "arn:aws:iam::123456789012:role/keysteward-rotate-key",
    "SecretsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/a-b", "UserPath": "/service/", "Name": "other", "MemberRoleName": "other-member", "RoleName": "other-member",
}


class Failure(Exception):
    """Terraform refused what it should take."""


class Workplace:
    """A copy of the modules, as a release has them, with the zips of one."""

    def __init__(self, templates):
        self.folder = tempfile.TemporaryDirectory(prefix="terraform-check-")
        self.root = Path(self.folder.name, "terraform")
        shutil.copytree(terraform.MODULE, self.root, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        (self.root / "keysteward.yaml").write_text(plain.text())
        shutil.copy(plain.INFRA / "member-role.yaml", self.root / MEMBER)
        for place in [self.root, *(self.root / "examples").iterdir()]:
            (place / "release").mkdir()
            for function in plain.FUNCTIONS.values():
                for architecture in ("arm64", "x86_64"):
                    (place / "release" / f"{function}-{architecture}.zip").write_text(function)
        self.outputs = {name: f"the {name}" for template in templates.values() for name in template["Outputs"]}
        # An example passes these on, so they must have the form that the other module asks for.
        self.outputs |= {"SweepRoleArn": SAMPLES["TrustedRoleArn"], "RotationRoleArn": SAMPLES["TrustedRotationRoleArn"]}
        self.server = Server(Service(Provider(), RESOURCES, ["aws_s3_bucket"], self.given), PROVIDER)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}

    def given(self, type_name, state):
        """What AWS would give."""
        if type_name == "aws_cloudformation_stack":
            return {"id": "id", "outputs": self.outputs}
        host = f"{state['bucket']}.s3.eu-central-1.amazonaws.com" if type_name == "aws_s3_bucket" else None
        return {"id": "id", "bucket_regional_domain_name": host} if host else {"id": "id"}

    def __enter__(self):
        self.environment.update(self.server.__enter__(), TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1")
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        self.folder.cleanup()

    def run(self, module, *arguments):
        return subprocess.run(["terraform", *arguments], cwd=self.root / module, env=self.environment, capture_output=True, text=True)

    def must(self, module, *arguments):
        done = self.run(module, *arguments)
        if done.returncode:
            raise Failure(f"terraform {arguments[0]} in {module or 'terraform'}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def variables(self, values):
        path = Path(self.folder.name, "way.tfvars.json")
        path.write_text(json.dumps(values))
        return f"-var-file={path}"

    def apply(self, module, values):
        """The resources by address, and the outputs."""
        state = Path(self.folder.name, "way.tfstate")
        state.unlink(missing_ok=True)
        self.must(module, "apply", "-auto-approve", "-input=false", "-no-color", f"-state={state}", "-backup=-", self.variables(values))
        shown = json.loads(self.must(module, "show", "-json", str(state)))["values"]
        resources = {each["address"]: each["values"] for each in shown["root_module"]["resources"]}
        return resources, {name: output.get("value") for name, output in shown.get("outputs", {}).items()}

    def refused(self, module, values):
        """The variables that a plan refuses."""
        refused = set()
        for line in self.run(module, "plan", "-input=false", "-json", self.variables(values)).stdout.splitlines():
            diagnostic = json.loads(line).get("diagnostic")
            if diagnostic and diagnostic["severity"] == "error":
                named = re.match(r"(\w+) must ", diagnostic["detail"])
                refused.add(named[1] if named else diagnostic["summary"] + ": " + diagnostic["detail"])
        return refused


def sample(name, parameter):
    """A value for a variable, and the text that the stack must get."""
    shape = terraform.kind(parameter)
    if shape == "bool":
        yes, no = terraform.switch(parameter)
        chosen = str(parameter.get("Default")) != yes
        return chosen, yes if chosen else no
    if shape == "list(string)":
        return ["one", "two"], "one,two"
    if shape == "number":
        number = parameter.get("AllowedValues", [parameter.get("MaxValue", 3)])[-1]
        return number, str(number)
    text = SAMPLES.get(name) or str(parameter["AllowedValues"][-1] if "AllowedValues" in parameter else parameter.get("Default", "") if "AllowedPattern" in parameter else "some")
    return text, text


def wrong_values(parameter):
    """Values beyond each rule."""
    shape = terraform.kind(parameter)
    if shape == "bool":
        return
    if shape == "list(string)":
        yield from (["a,b"], [""])
    elif "AllowedValues" in parameter:
        yield -1 if shape == "number" else "stranger"
    if "AllowedPattern" in parameter:
        yield ["\u00a3 !"] if shape == "list(string)" else "\u00a3 !"
        if long := re.search(r"\{\d+,(\d{4,})\}", parameter["AllowedPattern"]):
            yield "a" * (int(long[1]) + 1)
    for rule, step in (("MinValue", -1), ("MaxValue", 1)):
        if rule in parameter:
            yield parameter[rule] + step
    for rule, step in (("MinLength", -1), ("MaxLength", 1)):
        if rule in parameter:
            yield "a" * (parameter[rule] + step)


def different(what, expected, found):
    if expected != found:
        names = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
        yield f"{what}: " + "; ".join(f"{name} is {found.get(name)!r}, expected {expected.get(name)!r}" for name in names)


def module_failures(place, module, template, base):
    stack = "aws_cloudformation_stack." + ("member[0]" if module else "keysteward")
    parameters = terraform.parameters(template)
    resources, outputs = place.apply(module, base)
    own = {name: value for name, value in resources[stack]["parameters"].items() if name in terraform.OWN}
    needed = {name: SAMPLES[name] for name, each in parameters.items() if "Default" not in each}
    yield from different(f"{module or 'terraform'}, nothing set", needed | own, resources[stack]["parameters"])
    yield from different(f"{module or 'terraform'}, outputs", {terraform.snake(name): place.outputs[name] for name in template["Outputs"]}, outputs)
    if not module:
        zips = {each["key"] for address, each in resources.items() if address.startswith("aws_s3_object.zip")}
        read = {f"{own['CodePrefix']}{function}-arm64.zip" for function in plain.FUNCTIONS.values()}
        yield from different("zips", dict.fromkeys(read, True), dict.fromkeys(zips, True))
        key = resources["aws_s3_object.template"]["key"]
        if resources[stack]["template_url"] != f"https://releases.s3.eu-central-1.amazonaws.com/{key}":
            yield f"the stack's template is at {resources[stack]['template_url']}, uploaded as {key}"
        (place.root / "release" / "rotate-key-arm64.zip").write_text("changed")
        if place.apply(module, base)[0][stack]["parameters"]["CodePrefix"] == own["CodePrefix"]:
            yield "a changed zip leaves CodePrefix, so CloudFormation would not deploy it"
        there = place.apply(module, {"bucket": "releases", "prefix": "1.0.0/"})[0]
        yield from different("zips in the bucket", {"CodeBucket": "releases", "CodePrefix": "1.0.0/"}, there[stack]["parameters"])
    chosen = {name: sample(name, each) for name, each in parameters.items()}
    values = {terraform.snake(name): value for name, (value, _) in chosen.items()}
    resources, _ = place.apply(module, base | values)
    found = resources[stack]["parameters"]
    yield from different(f"{module or 'terraform'}, everything set", {name: text for name, (_, text) in chosen.items()}, {name: found[name] for name in found if name not in terraform.OWN})
    rounds = {name: [*wrong_values(each)] for name, each in parameters.items()}
    for number in range(max(map(len, rounds.values()))):
        wrong = {terraform.snake(name): each[number] for name, each in rounds.items() if number < len(each)}
        refused = place.refused(module, base | wrong)
        yield from (f"{module or 'terraform'}: {name} = {wrong[name]!r:.60} is not refused" for name in sorted(wrong.keys() - refused))
        yield from (f"{module or 'terraform'}: refused, but right: {name}" for name in sorted(refused - wrong.keys()))


def failures(templates):
    """What is wrong when the modules and examples are applied."""
    with Workplace(templates) as place:
        for folder, template in templates.items():
            module = "" if folder == terraform.MODULE else MEMBER
            place.must(module, "init", "-backend=false", "-input=false", "-no-color")
            place.must(module, "validate", "-no-color")
            yield from module_failures(place, module, template, REQUIRED if module else OWN)
        members, outputs = place.apply(MEMBER, REQUIRED | {"organizational_unit_ids": ["r-abcd"]})
        stack_set = members.get("aws_cloudformation_stack_set.members[0]", {"parameters": {}})
        expected = {"TrustedRoleArn": REQUIRED["trusted_role_arn"], "OrganizationId": REQUIRED["organization_id"]}
        yield from different("stack set", expected, stack_set["parameters"])
        if len(members) != 2 or any(outputs.values()):
            yield f"a stack set makes {sorted(members)} and outputs {outputs}"
        for example in sorted((place.root / "examples").iterdir()):
            module = f"examples/{example.name}"
            place.must(module, "init", "-backend=false", "-input=false", "-no-color")
            values = {"bucket": "releases"}
            if example.name == "organization":
                values |= {"organization_id": "o-abcdefghij", "organizational_unit_ids": ["r-abcd"]}
            if example.name == "second-region":
                values |= {"table_arn": "arn:aws:dynamodb:us-east-1:123456789012:table/keysteward"}
            place.must(module, "apply", "-auto-approve", "-input=false", "-no-color", place.variables(values))
