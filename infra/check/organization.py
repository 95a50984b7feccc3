#!/usr/bin/env python3
"""Runs the state machine of infra/organization.asl.json over a simulated organization of 1,000 accounts.

    python -m venv VENV && VENV/bin/pip install -r infra/check/requirements-organization.txt
    cargo test --workspace --locked --no-run
    VENV/bin/python infra/check/organization.py [TARGET_DIRECTORY]

What is real: the definition, the binary of list-accounts behind a Lambda Runtime API, and its calls to the simulated Organizations and S3.
What moto interprets: states, paths, intrinsic functions, ItemReader from S3, MaxConcurrencyPath, the retries and the names of errors, Catch, Fail.
What stands in: rotate-key and deactivate-stale are functions of this script that answer and fail as their READMEs say; pauses between retries are
skipped.
What moto does not have, and this script adds: the result files of the ResultWriter, in the form that AWS documents.
What is not run: moto tolerates any number of failed children, has no children of their own history, quotas or types, and its time limits are not waited
for. These are checked in the text of the definition, and cfn-lint checks it against the schema of the States Language.
"""

import http.server
import json
import logging
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from organization_interpreter import FunctionFailed, Interpreter, service_error

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "infra" / "organization.asl.json"
ACCOUNTS, CONCURRENCY, BUCKET, REGION = 1000, 20, "keysteward-reports", "eu-west-1"
# Nobody's: the simulated account takes what it is told to take.
KEY, SECRET = "AKIASIMULATEDOPERATO", "simulated"
LIST = f"arn:aws:lambda:{REGION}:123456789012:function:list-accounts:live"
ROUND = f"arn:aws:lambda:{REGION}:123456789012:function:rotate-key"
SWEEP = f"arn:aws:lambda:{REGION}:123456789012:function:deactivate-stale:live"
# The stack's own account, too: its round has a schedule of its own.
MANAGEMENT = "123456789012"
FAILING = {
    "999999999998": ("Sweep.LimitReached", "account 999999999998: 90 credentials were due, one run may do that to 50"),
    "999999999500": ("Sweep.Incomplete", 'account 999999999500: 1 part(s) of the sweep failed; user "ana": no answer'),
    MANAGEMENT: ("Upstream.Denied", "nothing was done in account 123456789012"),
}
# The second one's sweep fails as well, and is what is told.
FAILING_ROUNDS = {
    "999999999700": ("Round.Incomplete", 'the round of account 999999999700: 1 part(s) failed; user "ci": no answer'),
    "999999999500": ("Upstream.Denied", "the round did nothing in account 999999999500"),
}
# What a retry helps with: accounts that fail once, and with what.
PASSING = {
    "999999999400": "Lambda.TooManyRequestsException",
    "999999999300": "Lambda.ServiceException",
    "999999999200": "Upstream.Throttled",
    "999999999100": "Upstream.Unavailable",
}
PASSING_ROUNDS = {"999999999600": "Lambda.ServiceException", "999999999100": "Upstream.Throttled"}


def definition(rounds="*", swept="*"):
    text = DEFINITION.read_text()
    values = {
        "Partition": "aws",
        "ListAccountsFunctionArn": LIST,
        "RotateKeyFunctionArn": ROUND,
        "DeactivateStaleFunctionArn": SWEEP,
        "RoundAccounts": rounds,
        "OwnAccount": MANAGEMENT,
        "SweptAccounts": swept,
        "MaxConcurrency": str(CONCURRENCY),
        "ReportBucket": BUCKET,
    }
    for name, value in values.items():
        assert "${" + name + "}" in text, f"{name} is not used"
        text = text.replace("${" + name + "}", value)
    assert "${" not in text, re.findall(r"\$\{[^}]*}", text)
    return text


# --- the text of the definition ---------------------------------------------------------------------------------------


def states_of(machine):
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states_of(state["ItemProcessor"])


def check_reachable(machine):
    """Step Functions refuses a definition with a state that nothing leads to, and one that leads nowhere; cfn-lint finds neither."""
    targets, states = {machine["StartAt"]}, machine["States"]
    for state in states.values():
        targets |= {one["Next"] for one in [state, *state.get("Choices", []), *state.get("Catch", [])] if "Next" in one}
        targets |= {state["Default"]} if "Default" in state else set()
        if "ItemProcessor" in state:
            check_reachable(state["ItemProcessor"])
    assert targets == set(states), targets ^ set(states)


def check_text():
    """What no interpreter here runs."""
    raw = json.loads(DEFINITION.read_text())
    assert raw["TimeoutSeconds"] < 24 * 3600, "tomorrow's run must not meet today's"
    tasks = {name: state for name, state in states_of(raw) if state["Type"] == "Task"}
    assert set(tasks) == {"ListAccounts", "RoundAccount", "SweepAccount", "Summarize"}, set(tasks)
    check_reachable(raw)
    helpless = {"States.ALL", "States.TaskFailed", "States.Timeout", "States.Runtime"}
    for name, task in tasks.items():
        # What the template gives the functions; a caller that ends earlier would ask again while the first call runs.
        limit = 180 if name == "RoundAccount" else 900
        assert limit < task["TimeoutSeconds"] < limit + 100, name
        assert re.fullmatch(r"\$\{\w+FunctionArn}", task["Parameters"]["FunctionName"]), name
        assert task["Resource"] == "arn:${Partition}:states:::lambda:invoke", name
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL" and retry["MaxDelaySeconds"] <= 600, name
            names = set(retry["ErrorEquals"])
            assert not names & helpless, name
            assert all(n.startswith("Lambda.") or n in ("Upstream.Throttled", "Upstream.Unavailable") for n in names), name
    assert tasks["RoundAccount"]["Retry"] == tasks["SweepAccount"]["Retry"]
    sweeps = raw["States"]["SweepAccounts"]
    assert sweeps["ToleratedFailurePercentage"] == 100 and "ToleratedFailureCount" not in sweeps
    assert "Retry" not in sweeps, "a retry of the whole run would sweep everybody again"
    assert sweeps["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert sweeps["ResultWriter"]["Parameters"]["Prefix"] == "keysteward/organization/runs"


def check_schema():
    """The schema of the States Language, as cfn-lint has it."""
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/states", "Definition": json.loads(definition())},
            }
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        # The linter has to find a mistake, or its silence says nothing.
        for broken in (False, True):
            if broken:
                del template["Resources"]["Machine"]["Properties"]["Definition"]["States"]["NameAccounts"]["Type"]
            path = pathlib.Path(folder) / "template.json"
            path.write_text(json.dumps(template))
            command = [str(pathlib.Path(sys.executable).parent / "cfn-lint"), "--regions", REGION, "--", str(path)]
            ran = subprocess.run(command, capture_output=True, text=True)
            assert (ran.returncode != 0) == broken, ran.stdout + ran.stderr


# --- the functions ----------------------------------------------------------------------------------------------------


class RuntimeApi:
    """What Lambda does for the binary of a function: hands it events, takes its answers."""

    def __init__(self, binary, environment):
        self.events, self.answers, self.turn = queue.Queue(), queue.Queue(), threading.Lock()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = json.dumps(api.events.get()).encode()
                self.send_response(200)
                self.send_header("lambda-runtime-aws-request-id", str(uuid.uuid4()))
                self.send_header("lambda-runtime-deadline-ms", str(int((time.time() + 900) * 1000)))
                self.send_header("lambda-runtime-invoked-function-arn", LIST)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                api.answers.put((self.path.endswith("/error"), body))
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self.server.server_address[1]}"
        names = {"AWS_LAMBDA_RUNTIME_API": address, "AWS_LAMBDA_FUNCTION_NAME": "list-accounts",
                 "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                 "AWS_LAMBDA_LOG_GROUP_NAME": "log", "AWS_LAMBDA_LOG_STREAM_NAME": "stream"}
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([binary], env={**names, **environment}, stdout=self.log, stderr=self.log)

    def invoke(self, event):
        with self.turn:
            self.events.put(event)
            failed, answer = self.answers.get(timeout=60)
        if failed:
            raise FunctionFailed(answer)
        return answer

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()


class StandIn:
    """rotate-key or deactivate-stale, as far as the state machine sees them."""

    def __init__(self, account_of, failing, passing):
        self.account_of, self.failing, self.passing = account_of, failing, passing
        self.asked, self.lock = {}, threading.Lock()

    def invoke(self, event):
        account = self.account_of(event)
        assert re.fullmatch(r"\d{12}", account), event
        with self.lock:
            self.asked[account] = self.asked.get(account, 0) + 1
            first = self.asked[account] == 1
        error = self.passing.get(account) if first else None
        if error and error.startswith("Lambda."):
            raise service_error(error.removeprefix("Lambda."))
        if error:
            raise FunctionFailed({"errorType": error, "errorMessage": "passing"})
        if account in self.failing:
            error, message = self.failing[account]
            raise FunctionFailed({"errorType": error, "errorMessage": message})
        return {"account": account, "users": 12}

    def check(self, expected):
        """Everybody was asked once, and only what passes is tried again."""
        assert len(self.asked) == expected, f"{len(self.asked)} accounts were asked for"
        for account, times in self.asked.items():
            assert times == (2 if account in self.passing else 1), (account, times)


def account_of_sweep(event):
    assert set(event) == {"account"}, event
    return event["account"]


def account_of_round(event):
    assert set(event) == {"round"} and set(event["round"]) == {"account"}, event
    return event["round"]["account"]


# --- the check --------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stored(s3, place):
    bucket, key = place.removeprefix("s3://").split("/", 1)
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def check_run(interpreter, lists, failing, failing_rounds, *, rounds="*", swept="*"):
    sweeps = StandIn(account_of_sweep, failing, PASSING)
    made = StandIn(account_of_round, failing_rounds, PASSING_ROUNDS)
    ended = interpreter.run(definition(rounds, swept), {LIST: lists, ROUND: made, SWEEP: sweeps})
    # Also where the round failed.
    sweeps.check(ACCOUNTS if swept == "*" else 0)
    made.check(ACCOUNTS - 1 if rounds == "*" else 0)
    assert MANAGEMENT not in made.asked
    assert interpreter.most <= CONCURRENCY, interpreter.most
    expected = {**(failing_rounds if rounds == "*" else {}), **(failing if swept == "*" else {})}
    if not expected:
        assert ended["status"] == "SUCCEEDED", ended
        output = json.loads(ended["output"])
        assert (output["accounts"], output["succeeded"], output["failed"]) == (ACCOUNTS, ACCOUNTS, 0), output
        assert stored(interpreter.s3, output["report"])["failures"] == []
        return
    assert (ended["status"], ended["error"]) == ("FAILED", "Organization.Incomplete"), ended
    cause = ended["cause"]
    assert cause.startswith(f"{len(expected)} of {ACCOUNTS} accounts were not swept, or not wholly"), cause
    named = set(re.findall(r"\b(\d{12}) \(", cause))
    assert named == set(expected), cause
    report = stored(interpreter.s3, re.search(r"s3://\S+\.json", cause)[0])
    assert report["succeeded"] == ACCOUNTS - len(expected), report["succeeded"]
    told = {failure["account"]: (failure["error"], failure["message"]) for failure in report["failures"]}
    assert told == expected, told


def main():
    began = time.monotonic()
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(20_000)
    check_text()
    check_schema()

    import boto3
    from botocore.config import Config

    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "debug")
    port = free_port()
    simulator = subprocess.Popen(
        [str(target / "examples" / "organization"), str(port), str(ACCOUNTS), BUCKET, KEY, SECRET],
        stdout=subprocess.PIPE, text=True,
    )
    lists = None
    try:
        url = simulator.stdout.readline().strip().removeprefix("AWS_ENDPOINT_URL=")
        assert url.startswith("http://127.0.0.1:"), "the simulated organization did not start"
        s3 = boto3.client("s3", region_name=REGION, endpoint_url=url, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                          config=Config(s3={"addressing_style": "path"}, max_pool_connections=CONCURRENCY))
        lists = RuntimeApi(str(target / "list-accounts"), {
            "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": url,
            "KEYSTEWARD_REPORT_BUCKET": BUCKET, "KEYSTEWARD_ORGANIZATIONS_CALLS_PER_SECOND": "0",
        })
        interpreter = Interpreter(s3, REGION, KEY, SECRET)
        check_run(interpreter, lists, FAILING, FAILING_ROUNDS)
        check_run(interpreter, lists, {}, {})
        # Members without a role for rotations, and a second Region, where another stack sweeps.
        check_run(interpreter, lists, FAILING, FAILING_ROUNDS, rounds="none")
        check_run(interpreter, lists, FAILING, FAILING_ROUNDS, swept="none")
        print(
            f"organization: {ACCOUNTS} accounts, {len(FAILING)} sweeps and {len(FAILING_ROUNDS)} rounds failing: FAILED and named, the others done; "
            f"none failing: SUCCEEDED; the same without rounds, and without sweeps; "
            f"at most {interpreter.most} at once, {len(interpreter.pauses)} retries; {time.monotonic() - began:.0f} s"
        )
    finally:
        simulator.kill()
        simulator.wait()
        if lists is not None:
            lists.stop()


if __name__ == "__main__":
    main()
