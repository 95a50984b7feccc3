"""Holds what the templates deploy to tables of facts: who trusts whom, who may write where, what leads where, which alarms fire when.

    python infra/check/facts.py
"""

import json
import re
import sys

from cfnlint.decode.cfn_yaml import load as load_cfn

from deployed import Deployed, same
from facts_tables import (
    ALARMS, PERMISSIONS, PLACE, TABLE, TRUSTS, VARIABLES, WIRING, WIRING_OF_ONE_ACCOUNT, WIRING_OF_ORGANIZATION_THAT_SWEEPS,
    WIRING_OF_SECOND_REGION, WIRING_OF_SECOND_REGION_OF_ORGANIZATION, member_trusts, resource_policies, topic,
)
from plain import INFRA, build, plain_json
from roles import HUB, MEMBER, MEMBER_ACCOUNT, MEMBER_ROTATION, ORGANIZATION, SECOND_REGION, WAYS

OWN_TABLE = f"arn:aws:dynamodb:{PLACE}:table/{TABLE}"
POLICIES = ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy")
WIRED = (
    "AWS::DynamoDB::Table", "AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function",
    "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::Scheduler::Schedule",
)


class Findings(list):
    """Findings, and how many facts were compared."""

    compared = 0

    def hold(self, what, got, expected, equal=same):
        self.compared += 1
        if not equal(got, expected):
            self.append(f"{what}: is {json.dumps(got)}, must be {json.dumps(expected)}")

    def complete(self, what, deployed, table):
        """Every resource of a kind has a row, and every row a resource."""
        self.compared += 1
        for name in sorted(set(deployed) ^ set(table)):
            self.append(f"{what} {name}: is {'deployed, and in no table' if name in deployed else 'in a table, and not deployed'}")


def trusts(findings, way, deployed, table):
    roles = deployed.of_type("AWS::IAM::Role")
    expected = {name: row for name, row in table.items() if deployed.is_deployed(name)}
    findings.complete(f"{way}: role", roles, expected)
    for name in sorted(roles & set(expected)):
        findings.hold(f"{way}: {name} may be assumed by", deployed.resources()[name]["AssumeRolePolicyDocument"]["Statement"], expected[name])


def policies(findings, way, deployed, mail):
    resources, table = deployed.resources(), resource_policies(mail)
    findings.complete(f"{way}: policy", deployed.of_type(*POLICIES), table)
    for name, (attached, statements) in table.items():
        properties = resources.get(name, {"PolicyDocument": {"Statement": None}})
        where = properties.get("Queues", properties.get("Topics", properties.get("Bucket")))
        findings.hold(f"{way}: {name} is attached to", where, attached)
        findings.hold(f"{way}: {name}", properties["PolicyDocument"]["Statement"], statements)
    findings.complete(f"{way}: permission", deployed.of_type("AWS::Lambda::Permission"), PERMISSIONS)
    for name, row in PERMISSIONS.items():
        findings.hold(f"{way}: {name}", resources.get(name), row)


def wiring(findings, way, deployed, tables):
    resources = deployed.resources()
    for name, row in {**tables[0], **tables[1]}.items():
        if name not in deployed.template["Resources"] or (name in tables[1] and name not in resources):
            findings.append(f"{way}: {name} is missing")
        for property_, expected in {**tables[0].get(name, {}), **row}.items() if name in resources else ():
            findings.hold(f"{way}: {name}.{property_}", resources[name].get(property_), expected)
    for name in sorted(deployed.of_type(*WIRED)):
        if name not in WIRING:
            findings.append(f"{way}: {name} is deployed, and in no table")
    # "Using Lambda with Amazon SQS": six times the timeout, and the batching window.
    timeout, window = resources["NotifyOwner"]["Timeout"], resources["NoticeDelivery"]["MaximumBatchingWindowInSeconds"]
    findings.hold(f"{way}: NoticeQueue.VisibilityTimeout", resources["NoticeQueue"]["VisibilityTimeout"], 6 * timeout + window, lambda got, least: got >= least)


def published():
    """The metrics that the functions publish."""
    sources = (path.read_text() for path in INFRA.parent.glob("functions/*/src/metrics.rs"))
    return {name for source in sources for name in re.findall(r'\("([A-Z][A-Za-z]+)",', source)}


def alarms(findings, way, deployed):
    resources, metrics = deployed.resources(), published()
    expected = {name: row for name, row in ALARMS.items() if name not in deployed.template["Resources"] or deployed.is_deployed(name)}
    findings.complete(f"{way}: alarm", deployed.of_type("AWS::CloudWatch::Alarm"), expected)
    for name, row in expected.items():
        alarm = resources.get(name, {})
        dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
        got = [alarm.get(field) for field in (
            "Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData",
        )]
        findings.hold(f"{way}: alarm {name}", [*got, dimensions], list(row), lambda left, right: left == right)
        findings.hold(f"{way}: alarm {name} may be switched off or is sent to", [alarm.get("ActionsEnabled"), alarm.get("AlarmActions")], [None, deployed.alarmed])
        if row[0] == "Keysteward" and row[1] not in metrics:
            findings.append(f"alarm {name}: no function publishes {row[1]}")
    body = resources["Dashboard"]["DashboardBody"]
    shown = set(re.findall(r'MetricName=\\"(\w+)\\"', body))
    for widget in json.loads(body)["widgets"]:
        namespace = None
        for row in widget["properties"]["metrics"]:
            if isinstance(row[0], str):
                namespace = row[0] if row[0] != "." else namespace
                shown |= {row[1]} if namespace == "Keysteward" else set()
    for name in sorted(shown - metrics):
        findings.append(f"{way}: dashboard: no function publishes {name}")


def table(findings, way, deployed, expected):
    """The functions that keep state have one table, which the stack names to others, and makes unless it is given one."""
    resources = deployed.resources()
    findings.hold(f"{way}: makes a table", "Table" in resources, expected == OWN_TABLE)
    for logical in ("RotateKey", "DeactivateStale", "NotifyOwner"):
        findings.hold(f"{way}: {logical} keeps its state in", resources[logical]["Environment"]["Variables"]["KEYSTEWARD_TABLE_ARN"], expected)
    findings.hold(f"{way}: output TableArn", deployed.value(deployed.template["Outputs"]["TableArn"]["Value"]), expected)


def environment(findings, template):
    used = set()
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Lambda::Function":
            continue
        for variable, value in resource["Properties"]["Environment"]["Variables"].items():
            short = variable.removeprefix("KEYSTEWARD_")
            row = next((row for row in ((logical, short), ("*", short)) if row in VARIABLES), None)
            used.add(row)
            parameter = {"Ref": "".join(word.capitalize() for word in short.split("_"))}
            findings.hold(f"{logical}: {variable}", value, VARIABLES.get(row, parameter))
            if row is None and parameter["Ref"] not in template["Parameters"]:
                findings.append(f"{logical}: {variable}: there is no parameter {parameter['Ref']}")
    for row in sorted(set(VARIABLES) - used):
        findings.append(f"{row}: is in the table, and no function has it")


def machine(findings):
    """What the state machine writes is what is read, by the function and by its fixture."""
    writer = json.loads((INFRA / "organization.asl.json").read_text())["States"]["SweepAccounts"]["ResultWriter"]["Parameters"]
    fixture = json.loads((INFRA.parent / "events/list-accounts/summarize.json").read_text())["summarize"]
    findings.hold("organization.asl.json: results go to", writer, {"Bucket": "${ReportBucket}", "Prefix": fixture["key"].rsplit("/", 2)[0]})


def main():
    findings = Findings()
    template = build()
    member = plain_json(load_cfn(str(INFRA / "member-role.yaml")))
    alarm_topic = topic("alarms")
    for way, parameters, changes, table_arn in (
        ("everything", {**WAYS["everything"], "AlarmTopicArn": alarm_topic}, {}, OWN_TABLE),
        ("as-it-is", WAYS["as-it-is"], WIRING_OF_ONE_ACCOUNT, OWN_TABLE),
        ("sweep-off", {"Sweep": "no"}, WIRING_OF_SECOND_REGION, OWN_TABLE),
        ("restored-table", {"TableArn": SECOND_REGION["TableArn"]}, WIRING_OF_ONE_ACCOUNT, SECOND_REGION["TableArn"]),
        ("organization-that-sweeps", ORGANIZATION, WIRING_OF_ORGANIZATION_THAT_SWEEPS, OWN_TABLE),
        ("second-region", SECOND_REGION, WIRING_OF_SECOND_REGION, SECOND_REGION["TableArn"]),
        (
            "second-region-of-organization", {**SECOND_REGION, **ORGANIZATION, **MEMBER_ROTATION}, WIRING_OF_SECOND_REGION_OF_ORGANIZATION,
            SECOND_REGION["TableArn"],
        ),
    ):
        deployed = Deployed(template, parameters)
        deployed.alarmed = [alarm_topic] if way == "everything" else None
        try:
            table(findings, way, deployed, table_arn)
            trusts(findings, way, deployed, TRUSTS)
            policies(findings, way, deployed, mail=way == "everything")
            wiring(findings, way, deployed, (WIRING, changes))
            alarms(findings, way, deployed)
        except LookupError as error:
            findings.append(f"{way}: {error}")
    for external_id in ("", "team-42"):
        required = {"TrustedRoleArn": HUB + "deactivate-stale", "OrganizationId": "o-abcdefghij", "ExternalId": external_id}
        deployed = Deployed(member, {**required, **MEMBER["member"]}, MEMBER_ACCOUNT)
        trusts(findings, f"member, external id {external_id or 'none'}", deployed, member_trusts(external_id))
    environment(findings, template)
    machine(findings)
    for finding in dict.fromkeys(findings):
        print(finding)
    print(f"facts: {findings.compared} compared, {len(set(findings))} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
