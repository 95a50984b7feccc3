"""The resources of Terraform that the CloudFormation template amounts to, deployed with some parameters.

Every property of the template must be taken by the table here; one that is not is a finding, so nothing is left out unseen.
"""

import json

from plain import FUNCTIONS

#: Where the resources of the template are in Terraform, without their types. Alarms, functions and logs follow rules below.
ADDRESSES = {
    "NoticeTopic": "notices", "NoticeTopicPolicy": "notices", "NoticeDeadLetters": "notices_dead_letters", "NoticeQueue": "notices",
    "NoticeQueuePolicy": "notices", "NoticeSubscription": "notices", "PeopleTopic": "people", "ChannelTopic": "chat",
    "MailEventsTopic": "mail_events", "MailEventsTopicPolicy": "mail_events", "MailEventsSubscription": "mail_events",
    "MailConfigurationSet": "mail", "MailEvents": "mail", "ReportBucket": "reports", "ReportBucketPolicy": "reports",
    "RotateKeyPermission": "rotate_key_by_secrets_manager", "InvocationDeadLetters": "invocation_dead_letters",
    "InvocationDeadLettersPolicy": "invocation_dead_letters", "DeactivateStaleInvocations": "deactivate_stale", "SchedulerRole": "scheduler",
    "SweepSchedule": "sweep", "ExposedKeyRule": "exposed_key", "ExposedKeyPermission": "deactivate_stale_by_exposed_key_rule",
    "NoticeDelivery": "notices", "RotationFailedRule": "rotation_failed", "SecretLabelRule": "secret_label", "OrganizationLogs": "organization",
    "OrganizationRole": "organization", "Organization": "organization", "Dashboard": "keysteward", "MemberRole": "member", "RotationRole": "rotation",
    **{
        logical + suffix: binary.replace("-", "_")
        for logical, binary in FUNCTIONS.items()
        for suffix in ("", "Logs", "Role")
    },
}

#: Another account, Region and partition.
OTHER_PLACE = {"account": "999988887777", "region": "cn-north-1", "partition": "aws-cn", "suffix": "amazonaws.com.cn"}


class Properties(dict):
    """Properties that remember which of them were taken."""

    def __init__(self, values):
        super().__init__(values)
        self.left = set(values)

    def take(self, name):
        self.left.discard(name)
        return self.get(name)


def taken(values, **names):
    """One nested block: its arguments by the names of the properties. A property without a name here is an error."""
    extra = set(values or {}) - set(names.values())
    if extra:
        raise KeyError(f"properties that nobody compares: {sorted(extra)}")
    return [{argument: values.get(name) for argument, name in names.items()}] if values else None


def code(p):
    where = p.take("Code")
    return {"s3_bucket": where["S3Bucket"], "s3_key": where["S3Key"]}


def function(p):
    p.take("Tags")
    variables = p.take("Environment")["Variables"]
    return {"aws_lambda_function": {
        **code(p), "function_name": p.take("FunctionName"), "description": p.take("Description"), "role": p.take("Role"),
        "runtime": p.take("Runtime"), "handler": p.take("Handler"), "architectures": p.take("Architectures"), "layers": p.take("Layers"),
        "memory_size": p.take("MemorySize"), "timeout": p.take("Timeout"),
        "reserved_concurrent_executions": p.take("ReservedConcurrentExecutions"),
        "environment": [{"variables": {name: str(value) for name, value in variables.items()}}],
        "tracing_config": taken(p.take("TracingConfig"), mode="Mode"),
        "logging_config": taken(
            p.take("LoggingConfig"), log_format="LogFormat", application_log_level="ApplicationLogLevel", system_log_level="SystemLogLevel",
            log_group="LogGroup",
        ),
    }}


def role(p):
    (policy,) = p.take("Policies")
    return {
        "aws_iam_role": {
            "name": p.take("RoleName"), "description": p.take("Description"), "max_session_duration": p.take("MaxSessionDuration"),
            "permissions_boundary": p.take("PermissionsBoundary"), "assume_role_policy": p.take("AssumeRolePolicyDocument"),
        },
        "aws_iam_role_policy": {"name": policy["PolicyName"], "role": p["RoleName"], "policy": policy["PolicyDocument"]},
    }


def rule(p):
    (target,) = p.take("Targets")
    return {
        "aws_cloudwatch_event_rule": {"name": p.take("Name"), "description": p.take("Description"), "event_pattern": p.take("EventPattern")},
        "aws_cloudwatch_event_target": {
            "rule": p["Name"], "target_id": target.pop("Id"), "arn": target.pop("Arn"), "retry_policy": retries(target.pop("RetryPolicy", None)),
            "dead_letter_config": taken(target.pop("DeadLetterConfig", None), arn="Arn"), **target,
        },
    }


def retries(values):
    return taken(values, maximum_retry_attempts="MaximumRetryAttempts", maximum_event_age_in_seconds="MaximumEventAgeInSeconds")


def invocations(p):
    destinations = p.take("DestinationConfig")
    return {"aws_lambda_function_event_invoke_config": {
        "function_name": p.take("FunctionName"), "qualifier": p.take("Qualifier"), "maximum_retry_attempts": p.take("MaximumRetryAttempts"),
        "maximum_event_age_in_seconds": p.take("MaximumEventAgeInSeconds"),
        "destination_config": [{"on_failure": taken(destinations.pop("OnFailure"), destination="Destination"), **destinations}],
    }}


def schedule(p):
    target = p.take("Target")
    return {"aws_scheduler_schedule": {
        "name": p.take("Name"), "description": p.take("Description"), "schedule_expression": p.take("ScheduleExpression"),
        "state": p.take("State"),
        "flexible_time_window": taken(p.take("FlexibleTimeWindow"), mode="Mode"),
        "target": [{
            "arn": target.pop("Arn"), "role_arn": target.pop("RoleArn"), "retry_policy": retries(target.pop("RetryPolicy")),
            "dead_letter_config": taken(target.pop("DeadLetterConfig"), arn="Arn"), **target,
        }],
    }}


def bucket(p):
    (encryption,) = p.take("BucketEncryption")["ServerSideEncryptionConfiguration"]
    (ownership,) = p.take("OwnershipControls")["Rules"]
    rules = [
        {
            "id": each.pop("Id"), "status": each.pop("Status"), "filter": [{"prefix": each.pop("Prefix")}],
            "expiration": [{"days": each.pop("ExpirationInDays")}],
            "noncurrent_version_expiration": taken(each.pop("NoncurrentVersionExpiration"), noncurrent_days="NoncurrentDays"),
            "abort_incomplete_multipart_upload": taken(each.pop("AbortIncompleteMultipartUpload", None), days_after_initiation="DaysAfterInitiation"), **each,
        }
        for each in p.take("LifecycleConfiguration")["Rules"]
    ]
    access = taken(
        p.take("PublicAccessBlockConfiguration"), block_public_acls="BlockPublicAcls", block_public_policy="BlockPublicPolicy",
        ignore_public_acls="IgnorePublicAcls", restrict_public_buckets="RestrictPublicBuckets",
    )[0]
    key = taken(encryption["ServerSideEncryptionByDefault"], sse_algorithm="SSEAlgorithm")
    # What both names begin with is known where the whole template is.
    here = {"bucket": "reports"}
    return {
        "aws_s3_bucket": {**here, "bucket_prefix": "reports-", "force_destroy": False},
        "aws_s3_bucket_server_side_encryption_configuration": {**here, "rule": [{"apply_server_side_encryption_by_default": key}]},
        "aws_s3_bucket_public_access_block": {**here, **access},
        "aws_s3_bucket_ownership_controls": {**here, "rule": taken(ownership, object_ownership="ObjectOwnership")},
        "aws_s3_bucket_versioning": {**here, "versioning_configuration": taken(p.take("VersioningConfiguration"), status="Status")},
        "aws_s3_bucket_lifecycle_configuration": {**here, "rule": rules},
    }


def machine(p):
    p.take("Tags")
    text = p.take("DefinitionString")
    for name, value in p.take("DefinitionSubstitutions").items():
        text = text.replace("${%s}" % name, str(value))
    logging = p.take("LoggingConfiguration")
    (destination,) = logging["Destinations"]
    return {"aws_sfn_state_machine": {
        "name": p.take("StateMachineName"), "type": p.take("StateMachineType"), "definition": json.loads(text), "role_arn": p.take("RoleArn"),
        "logging_configuration": [{
            "level": logging["Level"], "include_execution_data": logging["IncludeExecutionData"],
            "log_destination": destination["CloudWatchLogsLogGroup"]["LogGroupArn"],
        }],
    }}


def mail_events(p):
    destination = p.take("EventDestination")
    return {"aws_sesv2_configuration_set_event_destination": {
        "configuration_set_name": p.take("ConfigurationSetName"), "event_destination_name": destination["Name"],
        "event_destination": [{
            "enabled": destination["Enabled"], "matching_event_types": destination["MatchingEventTypes"],
            "sns_destination": taken(destination["SnsDestination"], topic_arn="TopicARN"),
        }],
    }}


def alarm(p):
    return {"aws_cloudwatch_metric_alarm": {
        "alarm_description": p.take("AlarmDescription"), "namespace": p.take("Namespace"), "metric_name": p.take("MetricName"),
        "dimensions": {each["Name"]: each["Value"] for each in p.take("Dimensions") or []}, "statistic": p.take("Statistic"),
        "period": p.take("Period"), "evaluation_periods": p.take("EvaluationPeriods"), "threshold": p.take("Threshold"),
        "comparison_operator": p.take("ComparisonOperator"), "treat_missing_data": p.take("TreatMissingData"),
        "alarm_actions": p.take("AlarmActions"),
    }}


def plainly(type_name, **names):
    """A resource whose arguments are the properties under other names."""
    return lambda p: {type_name: {argument: p.take(name) for argument, name in names.items()}}


def queue_policy(p):
    (queue,) = p.take("Queues")
    return {"aws_sqs_queue_policy": {"queue_url": queue, "policy": p.take("PolicyDocument")}}


def topic_policy(p):
    (topic,) = p.take("Topics")
    return {"aws_sns_topic_policy": {"arn": topic, "policy": p.take("PolicyDocument")}}


def configuration_set(p):
    return {"aws_sesv2_configuration_set": {
        "configuration_set_name": p.take("Name"), "delivery_options": taken(p.take("DeliveryOptions"), tls_policy="TlsPolicy"),
        "reputation_options": taken(p.take("ReputationOptions"), reputation_metrics_enabled="ReputationMetricsEnabled"),
    }}


def source_mapping(p):
    return {"aws_lambda_event_source_mapping": {
        "event_source_arn": p.take("EventSourceArn"), "function_name": p.take("FunctionName"), "batch_size": p.take("BatchSize"),
        "function_response_types": p.take("FunctionResponseTypes"),
        "maximum_batching_window_in_seconds": p.take("MaximumBatchingWindowInSeconds"),
        "scaling_config": taken(p.take("ScalingConfig"), maximum_concurrency="MaximumConcurrency"),
    }}


TABLE = {
    "AWS::CloudWatch::Alarm": alarm, "AWS::IAM::Role": role, "AWS::Lambda::Function": function, "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": schedule, "AWS::S3::Bucket": bucket, "AWS::StepFunctions::StateMachine": machine,
    "AWS::SES::ConfigurationSetEventDestination": mail_events, "AWS::SES::ConfigurationSet": configuration_set,
    "AWS::SQS::QueuePolicy": queue_policy, "AWS::SNS::TopicPolicy": topic_policy, "AWS::Lambda::EventSourceMapping": source_mapping,
    "AWS::Lambda::EventInvokeConfig": invocations,
    "AWS::Logs::LogGroup": plainly("aws_cloudwatch_log_group", name="LogGroupName", retention_in_days="RetentionInDays"),
    "AWS::SNS::Topic": plainly("aws_sns_topic", name="TopicName", display_name="DisplayName", kms_master_key_id="KmsMasterKeyId"),
    "AWS::SNS::Subscription": plainly(
        "aws_sns_topic_subscription", topic_arn="TopicArn", protocol="Protocol", endpoint="Endpoint", raw_message_delivery="RawMessageDelivery",
    ),
    "AWS::SQS::Queue": plainly(
        "aws_sqs_queue", name="QueueName", sqs_managed_sse_enabled="SqsManagedSseEnabled", message_retention_seconds="MessageRetentionPeriod",
        visibility_timeout_seconds="VisibilityTimeout", redrive_policy="RedrivePolicy",
    ),
    "AWS::Lambda::Permission": plainly(
        "aws_lambda_permission", function_name="FunctionName", action="Action", principal="Principal", source_account="SourceAccount",
        source_arn="SourceArn",
    ),
    "AWS::S3::BucketPolicy": plainly("aws_s3_bucket_policy", bucket="Bucket", policy="PolicyDocument"),
    "AWS::CloudWatch::Dashboard": plainly("aws_cloudwatch_dashboard", dashboard_name="DashboardName", dashboard_body="DashboardBody"),
}


def expected(template):
    """Every resource of Terraform by its address, and the findings about properties that nobody compares."""
    resources, findings = {}, []
    for logical, resource in template.template["Resources"].items():
        if not template.is_deployed(logical):
            continue
        try:
            properties = Properties(template.value(resource["Properties"]))
            made = TABLE[resource["Type"]](properties)
        except KeyError as unknown:
            findings.append(f"{logical}: unknown here: {unknown.args[0]}")
            continue
        findings.extend(f"{logical}: the property {name} is compared by nobody" for name in sorted(properties.left))
        for type_name, arguments in made.items():
            if logical == "ReportBucket":
                arguments.update({name: template.named(arguments[name]) for name in {"bucket", "bucket_prefix"} & set(arguments)})
            if type_name == "aws_cloudwatch_metric_alarm":
                words = "".join("-" + letter.lower() if letter.isupper() else letter for letter in logical).removeprefix("-")
                arguments["alarm_name"] = template.named(words)
                resources[f'{type_name}.keysteward["{words}"]'] = arguments
            else:
                resources[f"{type_name}.{ADDRESSES[logical]}"] = arguments
    return resources, findings


def outputs(template):
    """The values of the outputs that are there."""
    return {
        name: template.value(spec["Value"])
        for name, spec in template.template["Outputs"].items()
        if "Condition" not in spec or template.condition(spec["Condition"])
    }
