"""What must be deployed, written down apart from the templates: who may assume, call, publish and write, what leads where, which alarms fire."""

from deployed import ACCOUNT, REGION

PLACE = f"{REGION}:{ACCOUNT}"


def queue(name):
    return f"arn:aws:sqs:{PLACE}:keysteward-{name}"


def topic(name):
    return f"arn:aws:sns:{PLACE}:keysteward-{name}"


def function(name):
    return f"arn:aws:lambda:{PLACE}:function:keysteward-{name}"


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/keysteward-{name}"


def rule(name):
    return f"arn:aws:events:{PLACE}:rule/keysteward-{name}"


TABLE = "keysteward-table"
NOTICES, DEAD_NOTICES, DEAD_INVOCATIONS = queue("notices"), queue("notices-dead-letters"), queue("invocation-dead-letters")
MACHINE = f"arn:aws:states:{PLACE}:stateMachine:keysteward-organization"
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
TELLERS = [role("rotate-key"), role("deactivate-stale")]


def assumed_by(service, condition=None):
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return [{**statement, "Condition": condition}] if condition else [statement]


#: Who may assume each role.
TRUSTS = {
    **{name: assumed_by("lambda") for name in ("RotateKeyRole", "DeactivateStaleRole", "NotifyOwnerRole", "ListAccountsRole")},
    "SchedulerRole": assumed_by("scheduler", OWN_ACCOUNT),
    "OrganizationRole": assumed_by("states", OWN_ACCOUNT),
}


def member_trusts(external_id):
    """Each role of a member account is for one role of the hub, of the same organization, that names the external id if there is one."""
    def of(hub_role):
        equals = {"aws:PrincipalOrgID": "o-abcdefghij", **({"sts:ExternalId": external_id} if external_id else {})}
        return [{
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": role(hub_role)}, "StringEquals": equals},
        }]
    return {"MemberRole": of("deactivate-stale"), "RotationRole": of("rotate-key")}


def only_encrypted(service, resource):
    return {
        "Effect": "Deny", "Principal": "*", "Action": f"{service}:*", "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def writes(service, to, sources):
    return {
        "Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": to,
        "Condition": {"ArnEquals": {"aws:SourceArn": sources}, **OWN_ACCOUNT},
    }


def resource_policies(mail):
    """For each queue, topic and bucket with a policy, what it is attached to and who may do what."""
    notices = topic("notices")
    policies = {
        "NoticeTopicPolicy": (notices, [
            {"Effect": "Allow", "Principal": {"AWS": TELLERS}, "Action": "sns:Publish", "Resource": notices},
            {
                "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": notices,
                "Condition": {"ArnNotEquals": {"aws:PrincipalArn": TELLERS}},
            },
            {
                "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Resource": notices,
                "Action": ["sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"],
            },
        ]),
        "NoticeQueuePolicy": (f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/keysteward-notices", [
            writes("sns", NOTICES, [notices, *([topic("mail-events")] if mail else [])]),
            writes("events", NOTICES, [rule("rotation-failed"), rule("secret-label")]),
            only_encrypted("sqs", NOTICES),
        ]),
        "InvocationDeadLettersPolicy": (f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/keysteward-invocation-dead-letters", [
            writes("events", DEAD_INVOCATIONS, [rule("exposed-key"), rule("rotation-failed"), rule("secret-label")]),
            only_encrypted("sqs", DEAD_INVOCATIONS),
        ]),
        "ReportBucketPolicy": ("keysteward-reports", [only_encrypted("s3", ["arn:aws:s3:::keysteward-reports", "arn:aws:s3:::keysteward-reports/*"])]),
    }
    if mail:
        events = topic("mail-events")
        policies["MailEventsTopicPolicy"] = (events, [{
            "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "sns:Publish", "Resource": events,
            "Condition": {**OWN_ACCOUNT, "ArnEquals": {"aws:SourceArn": f"arn:aws:ses:{PLACE}:configuration-set/keysteward-mail"}},
        }])
    return policies


#: Which service may invoke which function, and for whom.
PERMISSIONS = {
    "RotateKeyPermission": {
        "FunctionName": "keysteward-rotate-key", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
        "SourceAccount": ACCOUNT,
    },
    "ExposedKeyPermission": {
        "FunctionName": "keysteward-deactivate-stale", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com",
        "SourceArn": rule("exposed-key"), "SourceAccount": ACCOUNT,
    },
}


def subscription(name):
    # The function trusts a message by the topic that its envelope names, which raw delivery leaves out.
    return {"TopicArn": topic(name), "Protocol": "sqs", "Endpoint": NOTICES, "RawMessageDelivery": False}


def rule_target(name, arn, **more):
    return {"Targets": [{"Id": name, "Arn": arn, "DeadLetterConfig": {"Arn": DEAD_INVOCATIONS}, **more}]}


def runs_as(name):
    return {"Role": role(name), "LoggingConfig": {
        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": f"/aws/lambda/keysteward-{name}",
    }}


ENCRYPTED = {"KmsMasterKeyId": "alias/aws/sns"}

#: What leads where: properties and their values, when everything is switched on. None means that a property must not be there.
WIRING = {
    "Table": {
        # A name would stop the next stack, for a removed one leaves its table.
        "TableName": None, "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": True,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"}, "ResourcePolicy": None, "GlobalSecondaryIndexes": None,
    },
    "NoticeTopic": ENCRYPTED,
    "PeopleTopic": ENCRYPTED,
    "ChannelTopic": ENCRYPTED,
    # SES cannot use the key of SNS.
    "MailEventsTopic": {"KmsMasterKeyId": None},
    "NoticeQueue": {"RedrivePolicy": {"deadLetterTargetArn": DEAD_NOTICES, "maxReceiveCount": 5}, "MessageRetentionPeriod": 1209600},
    "NoticeDeadLetters": {"RedrivePolicy": None, "MessageRetentionPeriod": 1209600},
    "InvocationDeadLetters": {"RedrivePolicy": None, "MessageRetentionPeriod": 1209600},
    "NoticeSubscription": subscription("notices"),
    "MailEventsSubscription": subscription("mail-events"),
    "MailEvents": {"ConfigurationSetName": "keysteward-mail", "EventDestination": {
        "Name": "notices", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "COMPLAINT", "REJECT"],
        "SnsDestination": {"TopicARN": topic("mail-events")},
    }},
    "NoticeDelivery": {
        "EventSourceArn": NOTICES, "FunctionName": "keysteward-notify-owner", "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": 10000, "MaximumBatchingWindowInSeconds": 300, "ScalingConfig": {"MaximumConcurrency": 2}, "Enabled": None,
        "FilterCriteria": None,
    },
    "DeactivateStaleInvocations": {
        "FunctionName": "keysteward-deactivate-stale", "Qualifier": "$LATEST", "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 21600,
        "DestinationConfig": {"OnFailure": {"Destination": DEAD_INVOCATIONS}},
    },
    "RotateKeyInvocations": {
        "FunctionName": "keysteward-rotate-key", "Qualifier": "$LATEST", "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 21600,
        "DestinationConfig": {"OnFailure": {"Destination": DEAD_INVOCATIONS}},
    },
    "KeyRoundSchedule": {"State": "ENABLED", "ScheduleExpression": "rate(1 day)", "Target": {
        "Arn": function("rotate-key"), "Input": '{"round": {}}', "RoleArn": role("scheduler"),
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}, "DeadLetterConfig": {"Arn": DEAD_INVOCATIONS},
    }},
    "SweepSchedule": {"State": "ENABLED", "Target": {
        "Arn": MACHINE, "RoleArn": role("scheduler"), "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
        "DeadLetterConfig": {"Arn": DEAD_INVOCATIONS},
    }},
    "ExposedKeyRule": {"State": None, **rule_target(
        "deactivate-stale", function("deactivate-stale"), RetryPolicy={"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
    )},
    "RotationFailedRule": {"State": None, **rule_target("notices", NOTICES)},
    "SecretLabelRule": {"State": None, **rule_target("notices", NOTICES)},
    "RotateKey": runs_as("rotate-key"),
    "DeactivateStale": runs_as("deactivate-stale"),
    "NotifyOwner": runs_as("notify-owner"),
    "ListAccounts": runs_as("list-accounts"),
    "Organization": {"RoleArn": role("organization"), "DefinitionSubstitutions": {
        "Partition": "aws", "ListAccountsFunctionArn": function("list-accounts"), "DeactivateStaleFunctionArn": function("deactivate-stale"),
        "RotateKeyFunctionArn": function("rotate-key"), "RoundAccounts": "*", "OwnAccount": ACCOUNT, "SweptAccounts": "*",
        "ReportBucket": "keysteward-reports", "MaxConcurrency": "20",
    }},
}

#: What is otherwise for one account without mail.
WIRING_OF_ONE_ACCOUNT = {
    "SweepSchedule": {"Target": {**WIRING["SweepSchedule"]["Target"], "Arn": function("deactivate-stale")}},
}
#: The same beside a first stack, which sweeps: secrets of this Region are rotated, and their superseded keys retired.
WIRING_OF_SECOND_REGION = {
    "SweepSchedule": {"State": "DISABLED", "Target": WIRING_OF_ONE_ACCOUNT["SweepSchedule"]["Target"]},
}


def machine_with(**substitutions):
    return {**WIRING["Organization"], "DefinitionSubstitutions": {**WIRING["Organization"]["DefinitionSubstitutions"], **substitutions}}


#: An organization whose members have no role for rotations: a round there could only fail.
WIRING_OF_ORGANIZATION_THAT_SWEEPS = {"Organization": machine_with(RoundAccounts="none")}
#: Beside a first stack the runs make the rounds of that Region's secrets, and no sweeps.
WIRING_OF_SECOND_REGION_OF_ORGANIZATION = {"SweepSchedule": WIRING["SweepSchedule"], "Organization": machine_with(SweptAccounts="none")}

AT_LEAST, LESS = "GreaterThanOrEqualToThreshold", "LessThanThreshold"
DEAD_LETTERS = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 300, 1, 1, AT_LEAST, "notBreaching")


def failing(name, period, threshold):
    return ("AWS/Lambda", "Errors", "Sum", period, 1, threshold, AT_LEAST, "notBreaching", {"FunctionName": f"keysteward-{name}"})


def failing_table(metric, threshold, **operation):
    return ("AWS/DynamoDB", metric, "Sum", 300, 1, threshold, AT_LEAST, "notBreaching", {"TableName": TABLE, **operation})


def execution(metric):
    return ("AWS/States", metric, "Sum", 300, 1, 1, AT_LEAST, "notBreaching", {"StateMachineArn": MACHINE})


#: Namespace, metric, statistic, period, periods, threshold, comparison, what missing data means, dimensions.
ALARMS = {
    "RotateKeyErrors": failing("rotate-key", 3600, 3),
    "DeactivateStaleErrors": failing("deactivate-stale", 300, 1),
    "NotifyOwnerErrors": failing("notify-owner", 3600, 3),
    "NoticesDead": (*DEAD_LETTERS, {"QueueName": "keysteward-notices-dead-letters"}),
    "InvocationsDead": (*DEAD_LETTERS, {"QueueName": "keysteward-invocation-dead-letters"}),
    "RotationGivenUp": ("AWS/Events", "TriggeredRules", "Sum", 300, 1, 1, AT_LEAST, "notBreaching", {"RuleName": "keysteward-rotation-failed"}),
    "LimitReached": ("Keysteward", "LimitReached", "Maximum", 3600, 1, 1, AT_LEAST, "notBreaching", {}),
    # No sweep and no round at all publish nothing, and that is what must set the alarm off.
    "NoSweep": ("Keysteward", "SweepCompleted", "Sum", 86400, 2, 1, LESS, "breaching", {}),
    # Of the own account: the rounds of others would hide that it has none.
    "NoRound": ("Keysteward", "Rounds", "Sum", 86400, 2, 1, LESS, "breaching", {"Account": ACCOUNT}),
    "TableReadsThrottled": failing_table("ReadThrottleEvents", 10),
    "TableWritesThrottled": failing_table("WriteThrottleEvents", 10),
    "TableFailing": failing_table("SystemErrors", 5, Operation="Query"),
    "OrganizationIncomplete": execution("ExecutionsFailed"),
    "OrganizationTimedOut": execution("ExecutionsTimedOut"),
    "OrganizationAborted": execution("ExecutionsAborted"),
}

#: Variables of the environment that are not the parameter of the same name, as they stand in the template. `*` is any function.
VARIABLES = {
    ("*", "NOTICE_TOPIC_ARN"): {"Ref": "NoticeTopic"},
    ("*", "REPORT_BUCKET"): {"Ref": "ReportBucket"},
    # The table of the stack, or the one that it is given.
    ("*", "TABLE_ARN"): {"Fn::If": ["MakesTable", {"Fn::GetAtt": ["Table", "Arn"]}, {"Ref": "TableArn"}]},
    # The role of rotations in other accounts is not that of the sweep.
    ("RotateKey", "MEMBER_ROLE_NAME"): {"Fn::If": ["RotatesInMembers", {"Fn::Sub": "${MemberRoleName}-rotation"}, ""]},
    ("NotifyOwner", "MAIL_CONFIGURATION_SET"): {"Fn::If": ["HasMail", {"Ref": "MailConfigurationSet"}, ""]},
    ("NotifyOwner", "MAIL_EVENTS_TOPIC_ARN"): {"Fn::If": ["HasMail", {"Ref": "MailEventsTopic"}, ""]},
    ("NotifyOwner", "TEXT_TOPIC_ARN"): {"Fn::If": ["HasTextTopic", {"Ref": "PeopleTopic"}, ""]},
    ("NotifyOwner", "CHAT_TOPIC_ARN"): {"Fn::If": ["HasChatTopic", {"Ref": "ChannelTopic"}, ""]},
    ("NotifyOwner", "MAILS_PER_SECOND"): 10,
    ("NotifyOwner", "TEMPLATES"): {"Fn::If": ["HasTemplates", "/opt/keysteward-templates", ""]},
    ("NotifyOwner", "ROTATION_FUNCTION_ARN"): {"Fn::GetAtt": ["RotateKey", "Arn"]},
    ("NotifyOwner", "SWEEP_FUNCTION_NAME"): {"Ref": "DeactivateStale"},
    ("ListAccounts", "ORGANIZATIONS_CALLS_PER_SECOND"): 5,
}
