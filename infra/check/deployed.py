"""A template as it is deployed with some parameters: every property of every resource, with what it refers to by its real name."""

import re

ACCOUNT, REGION, STACK = "123456789012", "eu-west-1", "keysteward"
PLACE = {"account": ACCOUNT, "region": REGION, "partition": "aws", "suffix": "amazonaws.com"}

#: The property that names a resource, what its Ref is, and the form of its ARN.
TYPES = {
    "AWS::CloudWatch::Dashboard": ("DashboardName", "name", None),
    "AWS::DynamoDB::Table": (None, "name", "arn:{partition}:dynamodb:{place}:table/{name}"),
    "AWS::Events::Rule": ("Name", "name", "arn:{partition}:events:{place}:rule/{name}"),
    "AWS::IAM::Role": ("RoleName", "name", "arn:{partition}:iam::{account}:role/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "name", "arn:{partition}:lambda:{place}:function:{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "name", "arn:{partition}:logs:{place}:log-group:{name}:*"),
    "AWS::S3::Bucket": (None, "name", "arn:{partition}:s3:::{name}"),
    "AWS::SES::ConfigurationSet": ("Name", "name", None),
    "AWS::SNS::Topic": ("TopicName", "arn", "arn:{partition}:sns:{place}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "url", "arn:{partition}:sqs:{place}:{name}"),
    "AWS::Scheduler::Schedule": ("Name", "name", None),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn", "arn:{partition}:states:{place}:stateMachine:{name}"),
}
#: What stands here for the names that AWS makes.
UNNAMED = {"AWS::DynamoDB::Table": "table", "AWS::S3::Bucket": "reports"}


class Deployed:
    """What a template deploys, in some place. A reference to what is not deployed is an error."""

    def __init__(self, template, parameters, account=ACCOUNT, place=None):
        self.template = template
        self.place = {**PLACE, "account": account, **(place or {})}
        self.values = {name: str(spec.get("Default", "")) for name, spec in template["Parameters"].items()}
        self.values.update(parameters)
        self.values.update({
            "AWS::AccountId": self.place["account"], "AWS::Partition": self.place["partition"], "AWS::Region": self.place["region"],
            "AWS::URLSuffix": self.place["suffix"],
        })

    def is_deployed(self, logical):
        resource = self.template["Resources"][logical]
        return "Condition" not in resource or self.condition(resource["Condition"])

    def condition(self, name):
        return self.test(self.template["Conditions"][name])

    def test(self, test):
        (function, arguments), = test.items()
        if function == "Condition":
            return self.condition(arguments)
        if function == "Fn::Equals":
            left, right = (str(self.value(argument)) for argument in arguments)
            return left == right
        results = [self.test(argument) for argument in arguments]
        return {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda all_: not all_[0]}[function](results)

    def named(self, what):
        """What its parameter Name makes of a name."""
        return f"{self.values['Name']}-{what}"

    def name(self, name):
        if name in self.values:
            return self.values[name]
        logical, _, attribute = name.partition(".")
        if not self.is_deployed(logical):
            raise LookupError(f"refers to {logical}, which is not deployed")
        resource = self.template["Resources"][logical]
        named_by, reference, arn = TYPES[resource["Type"]]
        own = self.value(resource["Properties"][named_by]) if named_by else self.named(UNNAMED[resource["Type"]])
        if attribute == named_by or (not attribute and reference == "name"):
            return own
        if attribute == "Arn" or (not attribute and reference == "arn"):
            place = "{region}:{account}".format(**self.place)
            return arn.format(place=place, account=self.place["account"], partition=self.place["partition"], name=own)
        if not attribute and reference == "url":
            return f"https://sqs.{self.place['region']}.amazonaws.com/{self.place['account']}/{own}"
        raise LookupError(f"refers to {name}, which nobody here knows")

    def value(self, value):
        if isinstance(value, list):
            resolved = (self.value(inner) for inner in value)
            return [inner for inner in resolved if inner is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function == "Ref":
                return None if argument == "AWS::NoValue" else self.name(argument)
            if function == "Fn::If":
                return self.value(argument[1] if self.condition(argument[0]) else argument[2])
            if function == "Fn::GetAtt":
                return self.name(".".join(argument) if isinstance(argument, list) else argument)
            if function == "Fn::Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                own = {name: self.value(inner) for name, inner in own.items()}
                return re.sub(r"\$\{([^}]+)\}", lambda found: own.get(found[1]) or self.name(found[1]), text)
            if function == "Fn::Join":
                return argument[0].join(self.value(argument[1]))
            if function == "Fn::Select":
                return self.value(argument[1])[int(argument[0])]
            if function == "Fn::Split":
                return self.value(argument[1]).split(argument[0])
        resolved = {name: self.value(inner) for name, inner in value.items()}
        return {name: inner for name, inner in resolved.items() if inner is not None}

    def resources(self):
        """The properties of what is deployed, by logical name."""
        return {
            logical: self.value(resource["Properties"])
            for logical, resource in self.template["Resources"].items()
            if self.is_deployed(logical)
        }

    def of_type(self, *types):
        return {logical for logical, resource in self.template["Resources"].items() if resource["Type"] in types and self.is_deployed(logical)}


def same(left, right):
    """Whether two policies say the same: one value or a list of one, in whatever order."""
    return normal(left) == normal(right)


def normal(value):
    if isinstance(value, dict):
        return {name: normal(inner) for name, inner in value.items() if name != "Sid"}
    if isinstance(value, list):
        inner = sorted((normal(one) for one in value), key=repr)
        return inner[0] if len(inner) == 1 else inner
    return value
