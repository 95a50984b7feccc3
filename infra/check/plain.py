"""Builds the plain CloudFormation template: the SAM template translated, without the SAM transform.

StackSets and the console take it as it is. The code of the functions is named by two more parameters: the bucket that
holds the zips of a release, and a prefix. Needs no network and no credentials.

    python infra/check/plain.py [OUTPUT]
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ["SAM_CLI_TELEMETRY"] = "0"

import yaml
from cfnlint.decode.cfn_yaml import load as load_cfn
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

INFRA = Path(__file__).resolve().parent.parent
FUNCTIONS = {
    "RotateKey": "rotate-key",
    "DeactivateStale": "deactivate-stale",
    "NotifyOwner": "notify-owner",
    "ListAccounts": "list-accounts",
}


def plain_json(value):
    """The parsed template without the line numbers that the parser adds."""
    if isinstance(value, dict):
        return {str(name): plain_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain_json(inner) for inner in value]
    return value if isinstance(value, (bool, int, float)) or value is None else str(value)


def sam():
    """The SAM template, with its intrinsic functions in their long form."""
    return plain_json(load_cfn(str(INFRA / "template.yaml")))


def build():
    """The plain template."""
    template = sam()
    template["Parameters"]["CodeBucket"] = {
        "Type": "String",
        "Description": "The bucket, in this Region, with the zips of a release.",
    }
    template["Parameters"]["CodePrefix"] = {
        "Type": "String",
        "Default": "",
        "Description": "What stands before the names of the zips, such as keysteward/1.0.0/.",
    }
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    groups.insert(0, {"Label": {"default": "The release"}, "Parameters": ["CodeBucket", "CodePrefix"]})
    for name, binary in FUNCTIONS.items():
        function = template["Resources"][name]
        function.pop("Metadata", None)
        function["Properties"]["CodeUri"] = {
            "Bucket": {"Ref": "CodeBucket"},
            "Key": {"Fn::Sub": "${CodePrefix}" + binary + "-${Architecture}.zip"},
        }
    machine = template["Resources"]["Organization"]["Properties"]
    machine["Definition"] = json.loads((INFRA / machine.pop("DefinitionUri")).read_text())
    translated = Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, {})
    translated.pop("Transform", None)
    translated["Description"] = template["Description"]
    return translated


class WithoutAliases(yaml.SafeDumper):
    """CloudFormation takes no YAML aliases."""

    def ignore_aliases(self, data):
        return True


def text():
    """The plain template as it is published."""
    return "# Made from template.yaml by infra/check/plain.py; change that one.\n" + yaml.dump(build(), Dumper=WithoutAliases, sort_keys=False, width=120)


def main():
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text())
    else:
        print(text())


if __name__ == "__main__":
    main()
