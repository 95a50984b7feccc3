"""Checks the form of every document in infra/policies: findings of parliament, sizes, and that
documents which are to say the same do.

    pip install -r infra/check/requirements-templates.txt
    python infra/check/policies.py
"""

import json
import sys
from pathlib import Path

from parliament import analyze_policy_string

FOLDER = Path(__file__).resolve().parent.parent / "policies"
COMBINED = "all-credentials"
SCP_PREFIX = "scp-"
MFA_SUFFIX = "-mfa"
MFA_DENY = "DenyAllExceptListedIfNoMFA"

# A managed policy is counted without white space. A service control policy is counted as it is
# sent, and AWS CLI sends the file.
MANAGED_POLICY_CHARACTERS = 6144
SCP_CHARACTERS = 5120

# For each statement of the service control policy: on what it denies, which roles get past it, and by what it asks. Another condition could
# spare an account that no decision asks about.
SCP_STATEMENTS = {
    "DenyDeclaredTagsToOthers": (
        "*", ("ADMINISTRATOR",), {("ForAnyValue:StringLike", "aws:TagKeys"), ("ArnNotLike", "aws:PrincipalArn")},
    ),
    "DenyTableToOthers": (
        "arn:*:dynamodb:*:*:table/REPLACE-WITH-TABLE-NAME", ("ADMINISTRATOR", "DEACTIVATE-STALE", "NOTIFY-OWNER", "ROTATE-KEY"),
        {("ArnNotLike", "aws:PrincipalArn")},
    ),
}

# (document, issue, detail) of every finding that is right to stay. One that no longer occurs is an error.
EXPECTED_FINDINGS = {
    # Both keys are in the service authorization reference of IAM, for this very action; they came
    # after the data that parliament 1.6.4 carries.
    *(
        (document + suffix, "UNKNOWN_CONDITION_FOR_ACTION", f"Unknown condition {key} for action iam:CreateServiceSpecificCredential")
        for document in ("service-specific-credentials", COMBINED)
        for suffix in ("", MFA_SUFFIX)
        for key in ("iam:ServiceSpecificCredentialAgeDays", "iam:ServiceSpecificCredentialServiceName")
    ),
    # mfa/* is every virtual device, on purpose: users name their devices freely, and all the
    # statement allows is to create one. Devices are enabled on the user, whose ARN is not open.
    *(
        (document + suffix, "RESOURCE_EFFECTIVELY_STAR", "None")
        for document in ("mfa-devices", COMBINED)
        for suffix in ("", MFA_SUFFIX)
    ),
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def findings(texts):
    """What parliament says that is not expected, and what is expected and not said."""
    found = {
        (name, finding.issue, str(finding.detail))
        for name, text in texts.items()
        for finding in analyze_policy_string(text).findings
    }
    for name, issue, detail in sorted(found - EXPECTED_FINDINGS):
        yield f"{name}: {issue} {detail}"
    for name, issue, detail in sorted(EXPECTED_FINDINGS - found):
        yield f"{name}: expected and not found, take it off the list: {issue} {detail}"


def sizes(texts, documents):
    for name, text in texts.items():
        if name.startswith(SCP_PREFIX):
            size, limit = len(text), SCP_CHARACTERS
        else:
            size, limit = len(json.dumps(documents[name], separators=(",", ":"))), MANAGED_POLICY_CHARACTERS
        if size > limit:
            yield f"{name}: {size} characters, {limit} allowed"


def form(documents):
    for name, document in documents.items():
        if document.get("Version") != "2012-10-17":
            yield f"{name}: policy variables need version 2012-10-17"
        sids = [statement.get("Sid") for statement in document["Statement"]]
        if None in sids or len(set(sids)) != len(sids):
            yield f"{name}: every statement needs a Sid of its own"
        for statement in document["Statement"]:
            actions = as_list(statement.get("Action", statement.get("NotAction")))
            if actions != sorted(set(actions)):
                yield f"{name}: {statement.get('Sid')}: actions out of order, or twice"


def pairs(documents):
    """A document with MFA is its plain one and the deny, which is the same everywhere."""
    plain = {name for name in documents if not name.startswith(SCP_PREFIX) and not name.endswith(MFA_SUFFIX)}
    mfa = {name for name in documents if name.endswith(MFA_SUFFIX)}
    for name in sorted({name + MFA_SUFFIX for name in plain} ^ mfa):
        yield f"{name}: one of the pair is missing"
    denies = []
    for name in sorted(mfa):
        *statements, deny = documents[name]["Statement"]
        twin = documents.get(name.removesuffix(MFA_SUFFIX), {}).get("Statement")
        if statements != twin or deny["Sid"] != MFA_DENY:
            yield f"{name}: is not its plain document and {MFA_DENY}"
        denies.append(deny)
    if any(deny != denies[0] for deny in denies):
        yield f"{MFA_DENY} is not the same in all documents"


def combined(documents):
    """The combined document grants what the single ones grant, and nothing else."""

    def grants(names):
        return {
            (statement["Sid"], action, json.dumps({k: v for k, v in statement.items() if k != "Action"}, sort_keys=True))
            for name in names
            for statement in documents[name]["Statement"]
            for action in as_list(statement["Action"])
        }

    single = [
        name
        for name in documents
        if name != COMBINED and not name.startswith(SCP_PREFIX) and not name.endswith(MFA_SUFFIX)
    ]
    for sid, action, _ in sorted(grants([COMBINED]) ^ grants(single)):
        yield f"{COMBINED}: {sid} {action} differs from the single documents"


def spared(documents):
    """The service control policy denies, everywhere, to everybody but the roles to be filled in."""
    for name in (name for name in documents if name.startswith(SCP_PREFIX)):
        if [statement.get("Sid") for statement in documents[name]["Statement"]] != list(SCP_STATEMENTS):
            yield f"{name}: its statements must be {', '.join(SCP_STATEMENTS)}"
            continue
        for statement in documents[name]["Statement"]:
            what = f"{name}: {statement['Sid']}"
            resource, roles, asked = SCP_STATEMENTS[statement["Sid"]]
            if statement["Effect"] != "Deny" or statement.get("Resource") != resource or set(statement) != {"Sid", "Effect", "Action", "Resource", "Condition"}:
                yield f"{what}: must deny actions on {resource}, and nothing else"
            conditions = statement.get("Condition", {})
            for operator, key in sorted({(operator, key) for operator, keys in conditions.items() for key in keys} ^ asked):
                yield f"{what}: {operator} of {key} {'is missing' if (operator, key) in asked else 'spares somebody'}"
            spares = {f"arn:*:iam::*:role/REPLACE-WITH-{role}-ROLE" for role in roles}
            for principal in sorted(set(as_list(conditions.get("ArnNotLike", {}).get("aws:PrincipalArn", []))) ^ spares):
                yield f"{what}: {principal} {'is not spared' if principal in spares else 'is spared'}"


def main():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.json"))}
    documents = {name: json.loads(text) for name, text in texts.items()}
    problems = [
        *findings(texts),
        *sizes(texts, documents),
        *form(documents),
        *pairs(documents),
        *combined(documents),
        *spared(documents),
    ]
    if COMBINED not in documents or not any(name.startswith(SCP_PREFIX) for name in documents):
        problems.append(f"{FOLDER}: documents are missing")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"policies: {len(documents)} documents, {len(problems)} findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
