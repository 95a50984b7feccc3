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

from deployed import ACCOUNT, REGION, STACK, Deployed
from plain import INFRA, build, plain_json

MEMBER_ACCOUNT = "210987654321"
ALL_KINDS = "access-key,service-specific,ssh-public-key,signing-certificate,password"
HUB = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-"

MAIL = {"MailFrom": "keysteward@example.com", "MailAdmin": "security@example.com", "MailDomains": "example.com"}
ORGANIZATION = {"MemberRoleName": "keysteward-member", "OrganizationId": "o-abcdefghij"}
MEMBER_ROTATION = {"MemberRoleName": "keysteward-member", "MemberRotation": "yes"}
ALL = {"Delete": "on", "Credentials": ALL_KINDS, "ExemptGroups": "admins"}
ROTATES = {"TrustedRotationRoleArn": HUB + "rotate-key"}
#: A stack beside the first one, whose table it is given.
SECOND_REGION = {"Sweep": "no", "TableArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/keysteward-first"}

#: Ways of deploying: the parameters that are not at their defaults.
WAYS = {
    "as-it-is": {},
    "dry-run-with-everything": ALL,
    "dry-run-of-other-accounts": {**ALL, **ORGANIZATION},
    "enforce": {"Mode": "enforce"},
    "enforce-below-a-path": {"Mode": "enforce", "Delete": "on", "UserPath": "/service/", "Credentials": ALL_KINDS},
    "everything": {
        **ALL, **MAIL, **ORGANIZATION, **MEMBER_ROTATION, "Mode": "enforce", "ChatTopic": "yes",
        "SecretsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
    },
}
#: With one thing switched on, for what a role must be allowed with no more than that. Only the roles are asked about these.
WAYS_OF_ONE_THING = {
    "exempt-groups": {"ExemptGroups": "admins"},
    "mail": MAIL,
    "chat": {"ChatTopic": "yes"},
    "other-accounts": {"MemberRoleName": ORGANIZATION["MemberRoleName"]},
    "rotation-in-other-accounts": MEMBER_ROTATION,
    "organization": ORGANIZATION,
    "rotation-in-organization": {**ORGANIZATION, **MEMBER_ROTATION},
    "enforce-all-kinds": {"Mode": "enforce", "Credentials": ALL_KINDS},
    "enforce-and-delete": {"Mode": "enforce", "Delete": "on"},
    "second-region": {**SECOND_REGION, "Mode": "enforce"},
    "second-region-of-organization": {**SECOND_REGION, **ORGANIZATION, **MEMBER_ROTATION},
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

#: Findings of parliament that are left alone, by issue and what it is about.
ACCEPTED = {
    # parliament's data does not know that these two condition keys hold ARNs that StringLike and ArnEquals may test.
    ("MISMATCHED_TYPE", "secretsmanager:resource/AllowRotationLambdaArn"),
    # The documentation of Distributed Map asks for it on executions, which parliament takes for express ones.
    ("RESOURCE_MISMATCH", "states:DescribeExecution"),
    # Reading cannot be limited: see the comments in the template.
    ("RESOURCE_STAR", ""),
}


def roles(deployed):
    """The policy and the trust of each role that is deployed, by the role's name."""
    found = {}
    for properties in (deployed.resources()[logical] for logical in deployed.of_type("AWS::IAM::Role")):
        (policy,) = properties["Policies"]
        name = properties["RoleName"].removeprefix(STACK + "-")
        found[name] = {"policy": policy["PolicyDocument"], "trust": properties["AssumeRolePolicyDocument"]}
    return dict(sorted(found.items()))


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
    ways = {way: roles(Deployed(hub, parameters)) for way, parameters in {**WAYS, **WAYS_OF_ONE_THING}.items()}
    required = {"TrustedRoleArn": HUB + "deactivate-stale", "OrganizationId": "o-abcdefghij"}
    for way, parameters in {**MEMBER, **MEMBER_OF_ONE_THING}.items():
        ways[way] = roles(Deployed(member, {**required, **parameters}, MEMBER_ACCOUNT))
    findings, count = [], 0
    for way, deployed in ways.items():
        for role, documents in deployed.items():
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
