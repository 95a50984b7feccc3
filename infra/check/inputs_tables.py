"""Which events, parameters and sets of parameters the templates must take or refuse, written down apart from them."""

from roles import ALL_KINDS, MAIL, MEMBER_ROTATION, ORGANIZATION

HEALTH, FAILED, LABEL = "deactivate-stale/exposed-keys.json", "notify-owner/rotation-failed.json", "notify-owner/secret-label-updated.json"

#: The rule that brings a fixture; the others are brought by none, for a schedule, a queue or a person brings them.
EVENTS = {
    HEALTH: "ExposedKeyRule",
    FAILED: "RotationFailedRule",
    LABEL: "SecretLabelRule",
    "notify-owner/sqs-batch.json#2": "SecretLabelRule",
}

#: A fixture with one field changed, and the rule that brings it, or None.
NEAR_MISSES = [
    *((HEALTH, "detail/eventTypeCode", f"AWS_RISK_{code}", "ExposedKeyRule") for code in (
        "CREDENTIALS_EXPOSURE_SUSPECTED", "CREDENTIALS_COMPROMISED", "CREDENTIALS_COMPROMISE_SUSPECTED", "IAM_QUARANTINE",
    )),
    *((HEALTH, "detail/service", service, None) for service in ("IAM", "ABUSE", "EC2", "risk")),
    (HEALTH, "source", "aws.guardduty", None),
    (HEALTH, "detail-type", "AWS Health Abuse Event", None),
    (FAILED, "detail/eventName", "RotationAbandoned", "RotationFailedRule"),
    *((FAILED, "detail/eventName", name, None) for name in ("RotationStarted", "RotationSucceeded", "RotateSecret", "PutSecretValue", "rotationfailed")),
    (FAILED, "detail-type", "AWS API Call via CloudTrail", None),
    (FAILED, "source", "aws.ssm", None),
    *((LABEL, "detail/labelUpdated", label, None) for label in ("AWSPREVIOUS", "AWSPENDING", "blue")),
    (LABEL, "detail-type", "Secret Rotation Succeeded", None),
    (LABEL, "source", "aws.ssm", None),
]

#: Values that must be taken and refused: by template and parameter.
PATHS_TAKEN = ["/", "/service/", "/service/deep/", "/a.b@c+d=e_f-g/"]
PATHS_REFUSED = ["", "/a,b/", "//", "/*/", "/a*/", "/a?/", "/${aws:username}/", "service", "/service", "service/", "/a//b/", "/a b/", "/service/*"]
EXTERNAL_IDS_TAKEN = ["", "ab", "team-42", "a:b/c@d.e,f+g=h_i"]
EXTERNAL_IDS_REFUSED = ["a", "no spaces", "a*b", "${x}", "a" * 1225]
KINDS_TAKEN = ["access-key,service-specific", ALL_KINDS]
KINDS_REFUSED = ["", "access-key", "password", "access-key,service-specific,password", "*"]

TAKEN = {
    ("template", "Name"): ["keysteward", "k", "a" * 28, "keys-2"],
    ("template", "UserPath"): PATHS_TAKEN,
    ("member-role", "UserPath"): PATHS_TAKEN,
    ("template", "MailDomains"): ["", "example.com", "*.example.com", "a.b-c.example.co.uk"],
    ("template", "MailFrom"): ["", "keysteward@example.com"],
    ("template", "MailAdmin"): ["", "security+keys@mail.example.com"],
    ("template", "ExternalId"): EXTERNAL_IDS_TAKEN,
    ("member-role", "ExternalId"): EXTERNAL_IDS_TAKEN,
    ("template", "SecretsKeyArn"): ["", "arn:aws:kms:eu-west-1:123456789012:key/1a2b", "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1a2b"],
    ("template", "OrganizationId"): ["", "o-abcdefghij", "o-" + "a" * 32],
    ("member-role", "OrganizationId"): ["o-abcdefghij"],
    ("template", "MemberRoleName"): ["", "keysteward-member", "a" * 55],
    ("member-role", "RoleName"): ["keysteward-member", "a" * 55],
    ("member-role", "TrustedRoleArn"): ["arn:aws:iam::123456789012:role/keysteward-deactivate-stale", "arn:aws-cn:iam::123456789012:role/path/x"],
    ("member-role", "TrustedRotationRoleArn"): ["", "arn:aws:iam::123456789012:role/keysteward-rotate-key"],
    ("template", "Credentials"): KINDS_TAKEN,
    ("member-role", "Credentials"): KINDS_TAKEN,
    ("template", "MaxActions"): ["1", "100000"],
    ("template", "GraceDays"): ["1", "365"],
    ("template", "SupersededGraceDays"): ["1", "365"],
    ("template", "TableArn"): [
        "", "arn:aws:dynamodb:us-east-1:123456789012:table/keysteward-Table-1ABCDEF2GHIJK", "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/a.b",
    ],
}

REFUSED = {
    ("template", "Name"): ["", "a" * 29, "Keysteward", "2keys", "-keys", "key_steward", "keys*", "${x}"],
    ("template", "UserPath"): PATHS_REFUSED,
    ("member-role", "UserPath"): PATHS_REFUSED,
    ("template", "MailDomains"): ["*", "a,b", "example.com,example.net", "*@example.com", "example.*", "*.*.com", "com", "*.com", "@example.com", "*example.com"],
    ("template", "MailFrom"): ["*", "a@example.com,b@example.com", "example.com"],
    ("template", "MailAdmin"): ["*", "*@example.com", "a@*", "a@example.com,b@example.com", "?@example.com"],
    ("template", "ExternalId"): EXTERNAL_IDS_REFUSED,
    ("member-role", "ExternalId"): EXTERNAL_IDS_REFUSED,
    ("template", "SecretsKeyArn"): [
        "alias/secrets", "arn:aws:kms:eu-west-1:123456789012:alias/secrets", "arn:aws:kms:eu-west-1:123456789012:key/*", "1a2b", "*",
        "arn:aws:kms:*:123456789012:key/1a2b", "arn:aws:kms:eu-west-1:*:key/1a2b",
    ],
    ("template", "OrganizationId"): ["o-short", "abcdefghij", "o-ABCDEFGHIJ", "o-*", "*", "o-" + "a" * 33],
    ("member-role", "OrganizationId"): ["", "o-short", "o-*", "*"],
    ("template", "MemberRoleName"): ["*", "a*", "path/role", "a" * 56, "${x}"],
    ("member-role", "RoleName"): ["", "*", "path/role", "a" * 56],
    ("member-role", "TrustedRoleArn"): [
        "", "*", "arn:aws:iam::*:role/keysteward-deactivate-stale", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/x",
        "arn:aws:sts::123456789012:assumed-role/x/y", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/?",
    ],
    ("member-role", "TrustedRotationRoleArn"): ["*", "arn:aws:iam::*:role/x", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/*"],
    ("template", "Mode"): ["", "on", "Enforce"],
    ("template", "MemberRotation"): ["", "on", "Yes"],
    ("template", "Delete"): ["", "true", "On"],
    ("template", "Credentials"): KINDS_REFUSED,
    ("member-role", "Credentials"): KINDS_REFUSED,
    ("template", "MaxActions"): ["0", "-1", "100001", "x"],
    ("template", "MaxActionsPercent"): ["0", "101"],
    ("template", "GraceDays"): ["0", "366"],
    ("template", "SupersededGraceDays"): ["0", "366"],
    ("template", "TableArn"): [
        "keysteward", "*", "arn:aws:dynamodb:*:123456789012:table/keysteward", "arn:aws:dynamodb:us-east-1:*:table/keysteward",
        "arn:aws:dynamodb:us-east-1:123456789012:table/key*", "arn:aws:dynamodb:us-east-1:123456789012:table/key?teward",
        "arn:aws:dynamodb:us-east-1:123456789012:table/keysteward/index/x", "arn:aws:dynamodb:us-east-1:123456789012:table/ab",
        "arn:aws:s3:::keysteward",
    ],
    ("template", "NoticeDays"): ["-1", "366"],
    ("template", "OwnerTag"): ["", "a" * 101],
}

#: The parameters of a deployment that sets none.
DEFAULTS = {
    "Name": "keysteward", "Mode": "dry-run", "Delete": "off", "UserPath": "/", "Credentials": "access-key,service-specific", "MaxActions": 50,
    "MaxActionsPercent": 10, "Schedule": "cron(0 3 * * ? *)", "MaxAgeDays": 90, "MaxIdleDays": 90, "NoticeDays": 14, "ReminderDays": "14,7,1",
    "GraceDays": 30, "OverlapDays": 7, "SupersededGraceDays": 7, "RoundSchedule": "rate(1 day)", "TableArn": "", "ExemptUsers": "", "ExemptPaths": "", "ExemptGroups": "", "OwnerTag": "owner", "MailFrom": "",
    "TextTopic": "yes", "ChatTopic": "no", "OrganizationId": "", "MemberRoleName": "", "ExternalId": "", "MemberRotation": "no", "AccountsAtOnce": 20,
    "LogLevel": "INFO", "LogRetentionDays": 400, "ReservedConcurrency": 0, "IamCallsPerSecond": 5, "TestTimeoutSeconds": 90,
    "PermissionsBoundaryArn": "", "SecretsKeyArn": "",
}
MEMBER_DEFAULTS = {
    "RoleName": "keysteward-member", "TrustedRoleArn": None, "TrustedRotationRoleArn": "", "OrganizationId": None, "ExternalId": "",
    "Mode": "dry-run", "Delete": "off", "Credentials": "access-key,service-specific", "UserPath": "/", "PermissionsBoundaryArn": "",
}

NOBODY = {"TextTopic": "no"}
#: Sets of parameters, and the rules that refuse them.
RULES = [
    ({}, []),
    (MAIL, []),
    ({**MAIL, **NOBODY}, []),
    ({**NOBODY, "ChatTopic": "yes"}, []),
    (ORGANIZATION, []),
    ({"MemberRoleName": "keysteward-member"}, []),
    (MEMBER_ROTATION, []),
    ({**ORGANIZATION, **MEMBER_ROTATION}, []),
    ({"MemberRotation": "yes"}, ["MemberRotationIsWhole"]),
    ({"MailAdmin": "security@example.com"}, []),
    ({**MAIL, "MailAdmin": ""}, ["MailIsWhole"]),
    ({**MAIL, "MailDomains": ""}, ["MailIsWhole"]),
    ({"MailFrom": "keysteward@example.com"}, ["MailIsWhole"]),
    (NOBODY, ["SomebodyIsNotified"]),
    ({**NOBODY, "MailAdmin": "security@example.com", "MailDomains": "example.com"}, ["SomebodyIsNotified"]),
    ({"OrganizationId": "o-abcdefghij"}, ["OrganizationIsWhole"]),
    ({**NOBODY, "OrganizationId": "o-abcdefghij"}, ["OrganizationIsWhole", "SomebodyIsNotified"]),
]

#: The property that names a resource, and how long a name its service takes.
LIMITS = {
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::SES::ConfigurationSet": ("Name", 64),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", 80),
}
