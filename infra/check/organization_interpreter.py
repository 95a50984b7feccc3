"""moto's interpreter of state machines, with functions that organization.py hands to it and what moto lacks; see there."""

import io
import json
import threading
import time
import uuid


class FunctionFailed(Exception):
    """The answer of a function that failed."""

    def __init__(self, payload):
        super().__init__(payload)
        self.payload = payload


def service_error(code):
    """An error of Lambda itself."""
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


class Interpreter:
    def __init__(self, s3, region, key, secret):
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

        self.s3, self.region, self.functions, self.children, self.lock = s3, region, {}, [], threading.Lock()
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
        self.client = boto3.client("stepfunctions", region_name=region, endpoint_url=f"http://{host}:{port}",
                                   aws_access_key_id=key, aws_secret_access_key=secret)

    def child(self, env, job):
        """A child execution as the ResultWriter describes it (developer guide, "ResultWriter (Map)")."""
        from moto.stepfunctions.parser.asl.eval.program_state import ProgramError

        ended = env.program_state()
        child = {
            "ExecutionArn": f"arn:aws:states:{self.region}:123456789012:execution:organization/Sweeps:{uuid.uuid4()}",
            "Input": json.dumps(job.job_input),
            "InputDetails": {"Included": True},
            "Name": str(uuid.uuid4()),
            "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "StartDate": "2026-11-22T03:00:00.000Z",
            "StateMachineArn": f"arn:aws:states:{self.region}:123456789012:stateMachine:organization/Sweeps",
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

    def run(self, text, functions):
        """Makes a state machine of a definition, and runs it once."""
        self.functions, self.children, self.most = functions, [], 0
        # moto's grammar wants a fraction where AWS takes any number.
        text = text.replace('"ToleratedFailurePercentage": 100,', '"ToleratedFailurePercentage": 100.0,')
        machine = self.client.create_state_machine(
            name=f"organization-{uuid.uuid4()}", definition=text, roleArn="arn:aws:iam::123456789012:role/states"
        )["stateMachineArn"]
        started = self.client.start_execution(stateMachineArn=machine, name=str(uuid.uuid4()), input="{}")
        execution = started["executionArn"]
        until = time.monotonic() + 300
        while time.monotonic() < until:
            described = self.client.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return described
            time.sleep(0.2)
        raise AssertionError("the execution does not end")
