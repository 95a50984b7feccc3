#!/usr/bin/env python3
"""Runs the state machine of infra/organization.asl.json over a simulated organization of 1,000 accounts.

    python -m venv VENV && VENV/bin/pip install -r infra/check/requirements-organization.txt
    cargo test --workspace --locked --no-run
    VENV/bin/python infra/check/organization.py [TARGET_DIRECTORY]

What is real: the definition, the binary of list-accounts behind a Lambda Runtime API, and its calls to the simulated Organizations and S3.
What moto interprets: states, paths, intrinsic functions, ItemReader from S3, MaxConcurrencyPath, the retries and the names of errors, Catch, Fail.
What stands in: deactivate-stale is a function of this script that answers and fails as its README says; pauses between retries are skipped.
What moto does not have, and this script adds: the result files of the ResultWriter, in the form that AWS documents.
What is not run: moto tolerates any number of failed children, has no children of their own history, quotas or types, and its time limits are not waited
for. These are checked in the text of the definition, and cfn-lint checks it against the schema of the States Language.
"""

import http.server
import io
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "infra" / "organization.asl.json"
ACCOUNTS, CONCURRENCY, BUCKET, REGION = 1000, 20, "keysteward-reports", "eu-west-1"
# Nobody's: the simulated account takes what it is told to take.
KEY, SECRET = "AKIASIMULATEDOPERATO", "simulated"
LIST = f"arn:aws:lambda:{REGION}:123456789012:function:list-accounts:live"
SWEEP = f"arn:aws:lambda:{REGION}:123456789012:function:deactivate-stale:live"
MANAGEMENT = "123456789012"
FAILING = {
    "999999999998": ("Sweep.LimitReached", "account 999999999998: 90 credentials were due, one run may do that to 50"),
    "999999999500": ("Sweep.Incomplete", 'account 999999999500: 1 part(s) of the sweep failed; user "ana": no answer'),
    MANAGEMENT: ("Upstream.Denied", "nothing was done in account 123456789012"),
}
# What a retry helps with: accounts that fail once, and with what.
PASSING = {
    "999999999400": "Lambda.TooManyRequestsException",
    "999999999300": "Lambda.ServiceException",
    "999999999200": "Upstream.Throttled",
    "999999999100": "Upstream.Unavailable",
}


def definition():
    text = DEFINITION.read_text()
    values = {
        "Partition": "aws",
        "ListAccountsFunctionArn": LIST,
        "DeactivateStaleFunctionArn": SWEEP,
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


def check_text():
    """What no interpreter here runs."""
    raw = json.loads(DEFINITION.read_text())
    assert raw["TimeoutSeconds"] < 24 * 3600, "tomorrow's run must not meet today's"
    tasks = {name: state for name, state in states_of(raw) if state["Type"] == "Task"}
    assert set(tasks) == {"ListAccounts", "SweepAccount", "Summarize"}, set(tasks)
    helpless = {"States.ALL", "States.TaskFailed", "States.Timeout", "States.Runtime"}
    for name, task in tasks.items():
        # A Lambda function may take 900 seconds.
        assert 900 < task["TimeoutSeconds"] < 1000, name
        assert re.fullmatch(r"\$\{\w+FunctionArn}", task["Parameters"]["FunctionName"]), name
        assert task["Resource"] == "arn:${Partition}:states:::lambda:invoke", name
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL" and retry["MaxDelaySeconds"] <= 600, name
            names = set(retry["ErrorEquals"])
            assert not names & helpless, name
            assert all(n.startswith("Lambda.") or n in ("Upstream.Throttled", "Upstream.Unavailable") for n in names), name
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


class FunctionFailed(Exception):
    def __init__(self, payload):
        super().__init__(payload)
        self.payload = payload


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


class Sweeps:
    """deactivate-stale, as far as the state machine sees it."""

    def __init__(self, failing):
        self.failing, self.asked, self.lock = failing, {}, threading.Lock()

    def invoke(self, event):
        assert set(event) == {"account"} and re.fullmatch(r"\d{12}", event["account"]), event
        account = event["account"]
        with self.lock:
            self.asked[account] = self.asked.get(account, 0) + 1
            first = self.asked[account] == 1
        error = PASSING.get(account) if first else None
        if error and error.startswith("Lambda."):
            raise service_error(error.removeprefix("Lambda."))
        if error:
            raise FunctionFailed({"errorType": error, "errorMessage": "passing"})
        if account in self.failing:
            error, message = self.failing[account]
            raise FunctionFailed({"errorType": error, "errorMessage": message})
        return {"account": account, "mode": "dry-run", "users": 12, "actions": {}}


def service_error(code):
    from botocore.exceptions import ClientError

    metadata = {"HTTPStatusCode": 500, "RequestId": "0"}
    return ClientError({"Error": {"Code": code, "Message": code}, "ResponseMetadata": metadata}, "Invoke")


class LambdaClient:
    """The one call of Lambda's client that the interpreter makes."""

    def __init__(self, functions):
        self.functions = functions

    def invoke(self, FunctionName, Payload):
        answer = {"StatusCode": 200, "ExecutedVersion": "1", "ResponseMetadata": {"HTTPStatusCode": 200}}
        try:
            payload = self.functions[FunctionName].invoke(json.loads(Payload))
        except FunctionFailed as failure:
            answer["FunctionError"], payload = "Unhandled", failure.payload
        return {**answer, "Payload": io.BytesIO(json.dumps(payload).encode())}


# --- the interpreter --------------------------------------------------------------------------------------------------


class Interpreter:
    def __init__(self, s3):
        import boto3
        from moto.core.config import default_user_config
        from moto.server import ThreadedMotoServer
        from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
        from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval import resource_eval_s3 as reader
        from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
            distributed_item_processor_worker as worker,
        )
        from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.resource_eval import (
            resource_eval_s3 as writer,
        )
        from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

        self.s3, self.functions, self.children, self.lock = s3, {}, [], threading.Lock()
        self.pauses, self.running, self.most = [], 0, 0
        default_user_config["stepfunctions"] = {"execute_state_machine": True}

        def client_for(service, **_):
            return LambdaClient(self.functions) if service == "lambda" else s3

        for module in (reader, writer, lambda_eval_utils):
            module.boto_client_for = client_for
        # Pauses are noted, not made.
        retrier_decl.time = type("Time", (), {"sleep": staticmethod(self.pauses.append)})
        interpret = worker.DistributedItemProcessorWorker._eval_job

        def recorded(own, env, job):
            with self.lock:
                self.running += 1
                self.most = max(self.most, self.running)
            interpret(own, env, job)
            with self.lock:
                self.running -= 1
                self.children.append(self.child(env, job))

        worker.DistributedItemProcessorWorker._eval_job = recorded
        writer.ResourceEvalS3._handle_put_object = staticmethod(self.write)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.client = boto3.client("stepfunctions", region_name=REGION, endpoint_url=f"http://{host}:{port}",
                                   aws_access_key_id=KEY, aws_secret_access_key=SECRET)
        # moto's grammar wants a fraction where AWS takes any number.
        text = definition().replace('"ToleratedFailurePercentage": 100,', '"ToleratedFailurePercentage": 100.0,')
        self.machine = self.client.create_state_machine(
            name="organization", definition=text, roleArn="arn:aws:iam::123456789012:role/states"
        )["stateMachineArn"]

    def child(self, env, job):
        """A child execution as the ResultWriter describes it (developer guide, "ResultWriter (Map)")."""
        from moto.stepfunctions.parser.asl.eval.program_state import ProgramError

        ended = env.program_state()
        child = {
            "ExecutionArn": f"arn:aws:states:{REGION}:123456789012:execution:organization/Sweeps:{uuid.uuid4()}",
            "Input": json.dumps(job.job_input),
            "InputDetails": {"Included": True},
            "Name": str(uuid.uuid4()),
            "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "StartDate": "2026-11-22T03:00:00.000Z",
            "StateMachineArn": f"arn:aws:states:{REGION}:123456789012:stateMachine:organization/Sweeps",
            "StopDate": "2026-11-22T03:00:01.000Z",
        }
        if isinstance(ended, ProgramError):
            return {**child, "Status": "FAILED", "Error": ended.error["error"], "Cause": ended.error["cause"]}
        return {**child, "Status": "SUCCEEDED", "Output": json.dumps(job.job_output), "OutputDetails": {"Included": True}}

    def write(self, env, _part, _credentials):
        where = env.stack.pop()
        env.stack.pop()
        run = env.map_run_record_pool_manager.get_all().pop().map_run_arn
        folder = f"{where['Prefix']}/{run.split(':')[-1]}"
        files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for group in ("FAILED", "SUCCEEDED"):
            own = [child for child in self.children if child["Status"] == group]
            # Two files, so that a reader who takes the first for all is found out.
            halves = [own] if group == "FAILED" else [own[::2], own[1::2]]
            for number, half in enumerate(half for half in halves if half):
                body = json.dumps(half).encode()
                key = f"{folder}/{group}_{number}.json"
                self.s3.put_object(Bucket=where["Bucket"], Key=key, Body=body)
                files[group].append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": where["Bucket"], "MapRunArn": run, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        self.s3.put_object(Bucket=where["Bucket"], Key=key, Body=json.dumps(manifest).encode())
        env.stack.append({"MapRunArn": run, "ResultWriterDetails": {"Bucket": where["Bucket"], "Key": key}})

    def run(self, functions):
        self.functions, self.children, self.most = functions, [], 0
        started = self.client.start_execution(stateMachineArn=self.machine, name=str(uuid.uuid4()), input="{}")
        execution = started["executionArn"]
        until = time.monotonic() + 300
        while time.monotonic() < until:
            described = self.client.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return described
            time.sleep(0.2)
        raise AssertionError("the execution does not end")


# --- the check --------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stored(s3, place):
    bucket, key = place.removeprefix("s3://").split("/", 1)
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def check_run(interpreter, lists, failing):
    sweeps = Sweeps(failing)
    ended = interpreter.run({LIST: lists, SWEEP: sweeps})
    assert len(sweeps.asked) == ACCOUNTS, f"{len(sweeps.asked)} accounts were swept: {ended}"
    for account, times in sweeps.asked.items():
        # Only what passes is tried again.
        assert times == (2 if account in PASSING else 1), (account, times)
    assert interpreter.most <= CONCURRENCY, interpreter.most
    if not failing:
        assert ended["status"] == "SUCCEEDED", ended
        output = json.loads(ended["output"])
        assert (output["accounts"], output["succeeded"], output["failed"]) == (ACCOUNTS, ACCOUNTS, 0), output
        assert stored(interpreter.s3, output["report"])["failures"] == []
        return ended
    assert (ended["status"], ended["error"]) == ("FAILED", "Organization.Incomplete"), ended
    cause = ended["cause"]
    assert cause.startswith(f"{len(failing)} of {ACCOUNTS} accounts were not swept"), cause
    named = set(re.findall(r"\b(\d{12}) \(", cause))
    assert named == set(failing), cause
    report = stored(interpreter.s3, re.search(r"s3://\S+\.json", cause)[0])
    assert report["succeeded"] == ACCOUNTS - len(failing), report["succeeded"]
    told = {failure["account"]: (failure["error"], failure["message"]) for failure in report["failures"]}
    assert told == failing, told
    return ended


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
        interpreter = Interpreter(s3)
        check_run(interpreter, lists, FAILING)
        check_run(interpreter, lists, {})
        print(
            f"organization: {ACCOUNTS} accounts, {len(FAILING)} of them failing: FAILED and named, the others swept; none failing: SUCCEEDED; "
            f"at most {interpreter.most} at once, {len(interpreter.pauses)} retries; {time.monotonic() - began:.0f} s"
        )
    finally:
        simulator.kill()
        simulator.wait()
        if lists is not None:
            lists.stop()


if __name__ == "__main__":
    main()
