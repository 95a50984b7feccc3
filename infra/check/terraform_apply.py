"""Runs terraform on copies of the modules, with the stand-in for the provider; nothing is left in the repository."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from plain import FUNCTIONS, INFRA
from terraform_provider import Server, Service

PROVIDER = "registry.terraform.io/hashicorp/aws"
#: Services whose ARNs end in the name as it is, after this.
ARNS = {
    "aws_sns_topic": ("sns", ""), "aws_sqs_queue": ("sqs", ""), "aws_cloudwatch_event_rule": ("events", "rule/"),
    "aws_sfn_state_machine": ("states", "stateMachine:"), "aws_cloudwatch_log_group": ("logs", "log-group:"),
    "aws_lambda_function": ("lambda", "function:"),
}


def names(account, region, partition, suffix):
    """What AWS would give each resource in that place."""

    def given(type_name, state):
        name = state.get("function_name") or state.get("name")
        if type_name in ARNS:
            service, before = ARNS[type_name]
            arn = f"arn:{partition}:{service}:{region}:{account}:{before}{name}"
            url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
            return {"arn": arn, "url": url, "id": url} if service == "sqs" else {"arn": arn, "id": name}
        bucket = str(state.get("bucket_prefix")).removesuffix("-")
        return {
            "aws_iam_role": {"arn": f"arn:{partition}:iam::{account}:role/{name}", "id": name},
            "aws_s3_bucket": {"arn": f"arn:{partition}:s3:::{bucket}", "bucket": bucket, "id": bucket},
            "aws_caller_identity": {"account_id": account, "id": account},
            "aws_partition": {"partition": partition, "dns_suffix": suffix},
            "aws_region": {"region": region, "name": region},
        }.get(type_name, {"id": "id"})

    return given


class Failure(Exception):
    """Terraform said no."""


class Workplace:
    """A copy of the modules in a temporary folder, and the ways to run terraform there."""

    def __init__(self, provider, resources, data, place):
        self.folder = tempfile.TemporaryDirectory(prefix="terraform-check-")
        self.root = Path(self.folder.name)
        unwanted = shutil.ignore_patterns(".terraform*", "*.tfstate*")
        shutil.copytree(INFRA / "terraform", self.root / "infra/terraform", ignore=unwanted)
        shutil.copy(INFRA / "organization.asl.json", self.root / "infra")
        self.zips = self.root / "zips"
        self.zips.mkdir()
        for binary in FUNCTIONS.values():
            (self.zips / f"{binary}-arm64.zip").write_text(binary)
        self.server = Server(Service(provider, resources, data, names(**place)), PROVIDER)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}

    def __enter__(self):
        self.environment.update(self.server.__enter__(), TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1")
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        self.folder.cleanup()

    def run(self, module, *arguments):
        folder = self.root / "infra/terraform" / module
        return subprocess.run(["terraform", *arguments], cwd=folder, env=self.environment, capture_output=True, text=True)

    def must(self, module, *arguments):
        done = self.run(module, *arguments)
        if done.returncode:
            raise Failure(f"terraform {arguments[0]} in {module}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def init(self, module):
        self.must(module, "init", "-backend=false", "-input=false", "-no-color")

    def variables(self, values):
        path = self.root / "way.tfvars.json"
        path.write_text(json.dumps(values))
        return f"-var-file={path}"

    def apply(self, module, values):
        """The resources with their arguments, by address, and the outputs, once everything is created."""
        state = self.root / "way.tfstate"
        state.unlink(missing_ok=True)
        self.must(module, "apply", "-auto-approve", "-input=false", "-no-color", f"-state={state}", "-backup=-", self.variables(values))
        shown = json.loads(self.must(module, "show", "-json", str(state)))["values"]
        resources = {
            each["address"].replace("[0]", ""): each["values"] for each in shown["root_module"].get("resources", []) if each["mode"] == "managed"
        }
        return resources, {name: output["value"] for name, output in shown["outputs"].items() if output.get("value") is not None}

    def example(self, module):
        """Applies an example, which has the zips of a release if it wants them. What it must know when planning, it must know so."""
        shutil.copytree(self.zips, self.root / "infra/terraform" / module / "release")
        self.must(module, "apply", "-auto-approve", "-input=false", "-no-color", f"-state={self.root / 'example.tfstate'}", "-backup=-")
        (self.root / "example.tfstate").unlink()

    def refused(self, module, values):
        """The variables that terraform refuses, each with what it says."""
        done = self.run(module, "plan", "-input=false", "-json", "-refresh=false", self.variables(values))
        refused = {}
        for line in done.stdout.splitlines():
            diagnostic = json.loads(line).get("diagnostic")
            if diagnostic and diagnostic["severity"] == "error":
                text = diagnostic["summary"] + ": " + diagnostic["detail"]
                refused[self.variable_of(module, text)] = text
        return refused

    def variable_of(self, module, text):
        """The variable whose validation an error names by its place, or the error if it names none."""
        place = re.search(r"validation rule at (\S+\.tf):(\d+),", text)
        if not place:
            return text
        lines = (self.root / "infra/terraform" / module / place[1]).read_text().splitlines()[: int(place[2])]
        return [line for line in lines if line.startswith('variable "')][-1].split('"')[1]
