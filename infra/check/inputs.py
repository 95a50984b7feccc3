"""What the templates take: events, parameters and how they go together, and names as long as they may be.

    python infra/check/inputs.py
"""

import copy
import json
import re
import sys

from cfnlint.decode.cfn_yaml import load as load_cfn

from deployed import Deployed
from inputs_tables import DEFAULTS, EVENTS, LIMITS, MEMBER_DEFAULTS, NEAR_MISSES, REFUSED, RULES, TAKEN
from plain import INFRA, build, plain_json
from roles import HUB, MEMBER, WAYS, roles

ROOT = INFRA.parent
#: Parameters that both templates have, and that must be given the same.
SHARED = ("Mode", "Delete", "Credentials", "UserPath", "ExternalId")


def matches(pattern, event):
    """Whether EventBridge brings an event: every field of the pattern is in the event, with one of the values listed."""
    for field, wanted in pattern.items():
        if isinstance(wanted, dict):
            if not isinstance(event.get(field), dict) or not matches(wanted, event[field]):
                return False
        elif all(isinstance(one, str) for one in wanted):
            if event.get(field) not in wanted:
                return False
        else:
            raise ValueError(f"{field}: {wanted} is more than this check knows of patterns")
    return True


def fixtures():
    """Every event of EventBridge in the fixtures, also inside messages of the queue."""
    for path in sorted((ROOT / "events").glob("*/*.json")):
        event = json.loads(path.read_text())
        yield str(path.relative_to(ROOT / "events")), event
        for number, record in enumerate(event.get("Records", [])):
            if "body" in record:
                yield f"{path.relative_to(ROOT / 'events')}#{number}", json.loads(record["body"])


def changed(event, path, value):
    event = copy.deepcopy(event)
    *parents, last = path.split("/")
    holder = event
    for name in parents:
        holder = holder[name]
    holder[last] = value
    return event


def events(findings, template):
    deployed = Deployed(template, WAYS["everything"])
    patterns = {name: deployed.resources()[name]["EventPattern"] for name in sorted(deployed.of_type("AWS::Events::Rule"))}
    stored = dict(fixtures())
    count = 0

    def hold(name, event, expected):
        nonlocal count
        count += 1
        got = [rule for rule, pattern in patterns.items() if matches(pattern, event)]
        if got != expected:
            findings.append(f"event {name}: is brought by {got or 'no rule'}, must be by {expected or 'none'}")

    for name, event in stored.items():
        if "detail-type" in event:
            hold(name, event, [EVENTS[name]] if name in EVENTS else [])
    for name in sorted(set(EVENTS) - set(stored)):
        findings.append(f"event {name}: is in the table, and not in events/")
    for name, path, value, rule in NEAR_MISSES:
        hold(f"{name} with {path} {value}", changed(stored[name], path, value), [rule] if rule else [])
    return count


def accepts(specification, value):
    if "AllowedValues" in specification:
        return value in [str(one) for one in specification["AllowedValues"]]
    if specification["Type"] == "Number":
        least, most = specification.get("MinValue", "-inf"), specification.get("MaxValue", "inf")
        return re.fullmatch(r"-?\d+", value) is not None and float(least) <= float(value) <= float(most)
    if not int(specification.get("MinLength", 0)) <= len(value) <= int(specification.get("MaxLength", 4096)):
        return False
    return re.search(specification.get("AllowedPattern", ""), value) is not None


def parameters(findings, templates):
    count = 0
    for table, expected in ((TAKEN, True), (REFUSED, False)):
        for (which, name), values in table.items():
            for value in values:
                count += 1
                if accepts(templates[which]["Parameters"][name], value) != expected:
                    findings.append(f"{which}: {name}: {value!r} is {'refused' if expected else 'taken'}")
    for which, defaults in (("template", DEFAULTS), ("member-role", MEMBER_DEFAULTS)):
        for name, expected in defaults.items():
            count += 1
            got = templates[which]["Parameters"].get(name, {}).get("Default")
            if str(got) != str(expected):
                findings.append(f"{which}: {name}: its default is {got!r}, must be {expected!r}")
        for name, specification in templates[which]["Parameters"].items():
            count += 1
            if "Default" in specification and not accepts(specification, str(specification["Default"])):
                findings.append(f"{which}: {name}: its own default is refused")
    for name in SHARED:
        count += 1
        both = [{**templates[which]["Parameters"][name], "Description": ""} for which in ("template", "member-role")]
        if both[0] != both[1]:
            findings.append(f"{name}: is not the same in both templates: {both[0]} and {both[1]}")
    return count


def broken(template, given):
    """The rules that a set of parameters breaks."""
    deployed = Deployed(template, given)
    return sorted(
        name for name, rule in template.get("Rules", {}).items()
        if ("RuleCondition" not in rule or deployed.test(rule["RuleCondition"]))
        and not all(deployed.test(assertion["Assert"]) for assertion in rule["Assertions"])
    )


def rules(findings, template):
    sets = [*RULES, *((given, []) for given in WAYS.values())]
    for given, expected in sets:
        got = broken(template, given)
        if got != expected:
            findings.append(f"rules: {given} breaks {got or 'none'}, must break {expected or 'none'}")
    return len(sets)


def names(findings, templates):
    """With the longest names that are taken, nothing has a name that its service refuses."""
    long_names = {"Name": "a" * 28, "MemberRoleName": "m" * 55}
    member = {"RoleName": "m" * 55, "TrustedRoleArn": HUB + "deactivate-stale", "OrganizationId": "o-abcdefghij"}
    count = 0
    for which, given in (("template", {**WAYS["everything"], **long_names}), ("member-role", {**MEMBER["member"], **member})):
        deployed = Deployed(templates[which], given)
        for logical, properties in deployed.resources().items():
            kind = templates[which]["Resources"][logical]["Type"]
            named_by, limit = LIMITS.get(kind, (None, None))
            if not named_by:
                continue
            count += 1
            if len(properties[named_by]) > limit:
                findings.append(f"{which}: {logical}: a name of {len(properties[named_by])} characters, {limit} allowed")
        assumed = [
            resource.rsplit("role/", 1)[1]
            for role in roles(deployed).values() for statement in role["policy"]["Statement"] if statement["Action"] == "sts:AssumeRole"
            for resource in [statement["Resource"]]
        ]
        for name in assumed:
            count += 1
            if len(name) > 64:
                findings.append(f"{which}: assumes a role whose name has {len(name)} characters, 64 allowed")
    return count


def main():
    templates = {"template": build(), "member-role": plain_json(load_cfn(str(INFRA / "member-role.yaml")))}
    findings = []
    counts = (
        f"{events(findings, templates['template'])} events, {parameters(findings, templates)} values of parameters, "
        f"{rules(findings, templates['template'])} sets of parameters, {names(findings, templates)} longest names"
    )
    for finding in findings:
        print(finding)
    print(f"inputs: {counts}, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
