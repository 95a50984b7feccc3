"""What the deployed roles allow, in each way of deploying; parliament on every policy, and the files for the table of decisions.

    python infra/check/roles.py OUTPUT.json

Writes, for each way of deploying, the policy of each role with everything resolved: conditions, references and names.
"""

import json
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from cfnlint.decode.cfn_yaml import load as load_cfn
from parliament import analyze_policy_string

from plain import INFRA, build, plain_json

ACCOUNT, REGION, STACK = "123456789012", "eu-west-1", "keysteward"
MEMBER_ACCOUNT = "210987654321"
ALL_KINDS = "access-key,service-specific,ssh-public-key,signing-certificate,password"
HUB = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-"

MAIL = {"MailFrom": "keysteward@example.com", "MailAdmin": "security@example.com", "MailDomains": "example.com"}
ORGANIZATION = {"MemberRoleName": "keysteward-member", "OrganizationId": "o-abcdefghij"}
ALL = {"Delete": "on", "Credentials": ALL_KINDS, "ExemptGroups": "admins"}
ROTATES = {"TrustedRotationRoleArn": HUB + "rotate-key"}

#: Ways of deploying: the parameters that are not at their defaults.
WAYS = {
    "as-it-is": {},
    "dry-run-with-everything": ALL,
    "dry-run-of-other-accounts": {**ALL, **ORGANIZATION},
    "enforce": {"Mode": "enforce"},
    "enforce-below-a-path": {"Mode": "enforce", "Delete": "on", "UserPath": "/service/", "Credentials": ALL_KINDS},
    "everything": {
        **ALL, **MAIL, **ORGANIZATION, "Mode": "enforce", "ChatTopic": "yes", "SecretsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
    },
}
#: With one thing switched on, for what a role must be allowed with no more than that. Only the roles are asked about these.
WAYS_OF_ONE_THING = {
    "exempt-groups": {"ExemptGroups": "admins"},
    "mail": MAIL,
    "chat": {"ChatTopic": "yes"},
    "other-accounts": {"MemberRoleName": ORGANIZATION["MemberRoleName"]},
    "organization": ORGANIZATION,
    "enforce-all-kinds": {"Mode": "enforce", "Credentials": ALL_KINDS},
    "enforce-and-delete": {"Mode": "enforce", "Delete": "on"},
}

MEMBER = {
    "member-dry-run": {},
    "member-dry-run-with-everything": {"Delete": "on", "Credentials": ALL_KINDS, **ROTATES},
    "member-below-a-path": {"Mode": "enforce", "Delete": "on", "UserPath": "/service/", "Credentials": ALL_KINDS, **ROTATES},
    "member": {"Mode": "enforce", "Delete": "on", "Credentials": ALL_KINDS, **ROTATES},
}
MEMBER_OF_ONE_THING = {
    "member-rotation": ROTATES,
    "member-enforce": {"Mode": "enforce"},
    "member-enforce-all-kinds": {"Mode": "enforce", "Credentials": ALL_KINDS},
    "member-enforce-and-delete": {"Mode": "enforce", "Delete": "on"},
}

#: What a reference to a resource, or an attribute of it, is once it is deployed.
NAMES = {
    "NoticeTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-notices",
    "PeopleTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-people",
    "ChannelTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-chat",
    "NoticeQueue.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-notices",
    "InvocationDeadLetters.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-invocation-dead-letters",
    "ReportBucket.Arn": "arn:aws:s3:::keysteward-reports",
    "MailConfigurationSet": f"{STACK}-mail",
    "Organization": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-organization",
    **{
        f"{name}.Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-{binary}"
        for name, binary in {"DeactivateStale": "deactivate-stale", "ListAccounts": "list-accounts"}.items()
    },
    **{
        f"{name}Logs.Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}-{binary}:*"
        for name, binary in {
            "RotateKey": "rotate-key", "DeactivateStale": "deactivate-stale", "NotifyOwner": "notify-owner", "ListAccounts": "list-accounts",
        }.items()
    },
}

#: Findings of parliament that are left alone, by issue and what it is about.
ACCEPTED = {
    # parliament's data does not know that these two condition keys hold ARNs that StringLike and ArnEquals may test.
    ("MISMATCHED_TYPE", "secretsmanager:resource/AllowRotationLambdaArn"),
    # The documentation of Distributed Map asks for it on executions, which parliament takes for express ones.
    ("RESOURCE_MISMATCH", "states:DescribeExecution"),
    # Reading cannot be limited: see the comments in the template.
    ("RESOURCE_STAR", ""),
}


class Resolver:
    """Resolves the intrinsic functions of one template deployed with some parameters."""

    def __init__(self, template, parameters, account=ACCOUNT):
        self.template = template
        self.values = {name: str(spec.get("Default", "")) for name, spec in template["Parameters"].items()}
        self.values.update(parameters)
        self.values.update({
            "AWS::AccountId": account, "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::URLSuffix": "amazonaws.com",
        })

    def condition(self, name):
        return self.test(self.template["Conditions"][name])

    def test(self, test):
        (function, arguments), = test.items()
        if function == "Condition":
            return self.condition(arguments)
        if function == "Fn::Equals":
            left, right = (str(self.value(argument)) for argument in arguments)
            return left == right
        results = [self.test(argument) for argument in arguments]
        return {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda all_: not all_[0]}[function](results)

    def name(self, name):
        if name in self.values:
            return self.values[name]
        return NAMES[name]

    def value(self, value):
        if isinstance(value, list):
            resolved = (self.value(inner) for inner in value)
            return [inner for inner in resolved if inner is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function == "Ref":
                return None if argument == "AWS::NoValue" else self.name(argument)
            if function == "Fn::If":
                return self.value(argument[1] if self.condition(argument[0]) else argument[2])
            if function == "Fn::GetAtt":
                return self.name(".".join(argument) if isinstance(argument, list) else argument)
            if function == "Fn::Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                own = {name: self.value(inner) for name, inner in own.items()}
                return re.sub(r"\$\{([^}]+)\}", lambda found: own.get(found[1]) or self.name(found[1]), text)
            if function == "Fn::Select":
                return self.value(argument[1])[int(argument[0])]
            if function == "Fn::Split":
                return self.value(argument[1]).split(argument[0])
        resolved = {name: self.value(inner) for name, inner in value.items()}
        return {name: inner for name, inner in resolved.items() if inner is not None}

    def roles(self):
        """The policy of each role that is deployed, by the role's name."""
        roles = {}
        for resource in self.template["Resources"].values():
            deployed = "Condition" not in resource or self.condition(resource["Condition"])
            if resource["Type"] == "AWS::IAM::Role" and deployed:
                properties = self.value({
                    "RoleName": resource["Properties"]["RoleName"], "Policies": resource["Properties"]["Policies"],
                    "Trust": resource["Properties"]["AssumeRolePolicyDocument"],
                })
                (policy,) = properties["Policies"]
                name = properties["RoleName"].removeprefix(STACK + "-")
                roles[name] = {"policy": policy["PolicyDocument"], "trust": properties["Trust"]}
        return roles


def unlimited_writes(policy):
    """Actions that change IAM, and are not limited to users."""
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        writes = [action for action in actions if re.match(r"iam:(?!Get|List|Generate)", action)]
        if statement["Effect"] == "Allow" and writes and ":user/" not in str(statement["Resource"]):
            yield f"{writes} on {statement['Resource']}"


def main():
    hub = build()
    member = plain_json(load_cfn(str(INFRA / "member-role.yaml")))
    ways = {way: Resolver(hub, parameters).roles() for way, parameters in {**WAYS, **WAYS_OF_ONE_THING}.items()}
    required = {"TrustedRoleArn": HUB + "deactivate-stale", "OrganizationId": "o-abcdefghij"}
    for way, parameters in {**MEMBER, **MEMBER_OF_ONE_THING}.items():
        ways[way] = Resolver(member, {**required, **parameters}, MEMBER_ACCOUNT).roles()
    findings, count = [], 0
    for way, roles in ways.items():
        for role, documents in roles.items():
            count += 1
            findings.extend(f"{way}, {role}: {text}" for text in unlimited_writes(documents["policy"]))
            for finding in analyze_policy_string(json.dumps(documents["policy"])).findings:
                about = str(finding.detail)
                if any(finding.issue == issue and part in about + str(finding.location) for issue, part in ACCEPTED):
                    continue
                findings.append(f"{way}, {role}: {finding.issue}: {finding.detail} {finding.location}")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(ways, indent=1))
    for finding in findings:
        print(finding)
    print(f"roles: {count} policies in {len(ways)} ways of deploying, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
